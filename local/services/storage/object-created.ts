import type { Clock } from '../../clock.ts';
import type { S3Store } from './fauxqs.ts';

/** An object that came into being, with what an S3 event notification says of it. */
export interface ObjectCreated {
  eventName: 'ObjectCreated:Put' | 'ObjectCreated:Copy' | 'ObjectCreated:CompleteMultipartUpload';
  bucket: string;
  key: string;
  sizeBytes: number;
  etag: string;
  eventTimeMs: number;
}

type Listeners = Set<(created: ObjectCreated) => void>;

/**
 * Tells the returned set of listeners of each object that this store creates from now on, after it is stored.
 * fauxqs reports each write to a spy, synchronously; a copy is reported as an upload first and as a copy next.
 */
export function notifyOfObjects(s3: S3Store, clock: Clock): Listeners {
  const listeners: Listeners = new Set();
  let latest: ObjectCreated | undefined;
  const addMessage = (event: { bucket: string; key: string; status: string }): void => {
    if (event.status === 'copied' && latest) latest.eventName = 'ObjectCreated:Copy';
    if (event.status !== 'uploaded') return;
    const { contentLength, etag, parts } = s3.headObject(event.bucket, event.key);
    const created: ObjectCreated = {
      eventName: parts ? 'ObjectCreated:CompleteMultipartUpload' : 'ObjectCreated:Put',
      bucket: event.bucket,
      key: event.key,
      sizeBytes: contentLength,
      etag: etag.replaceAll('"', ''),
      eventTimeMs: clock.now(),
    };
    latest = created;
    for (const listener of listeners) queueMicrotask(() => listener(created));
  };
  s3.spy = { addMessage } as unknown as NonNullable<S3Store['spy']>;
  return listeners;
}
