import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import type { Clock } from '../../clock.ts';
import type { ObjectNamer } from './object-name.ts';

const compress = promisify(gzip);
const FIRST_RETRY_DELAY_MS = 200;
const LAST_RETRY_DELAY_MS = 30_000;

export interface Destination {
  s3: S3Client;
  bucket: string;
  compression: 'UNCOMPRESSED' | 'GZIP';
  nameObject: ObjectNamer;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Stores chunks as one object and resolves with its key when S3 has it. A put that fails, or whose answer is lost, is
 * tried again under the same key until it succeeds, as Firehose does; undefined when aborted before that.
 */
export async function deliverObject(destination: Destination, chunks: readonly Buffer[], oldestArrivalMs: number, errorOutputType?: 'processing-failed'): Promise<string | undefined> {
  const { s3, bucket, clock, signal } = destination;
  const isZipped = destination.compression === 'GZIP' && errorOutputType === undefined;
  const Key = destination.nameObject(oldestArrivalMs, randomUUID(), errorOutputType);
  const plain = Buffer.concat(chunks);
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key,
    Body: isZipped ? await compress(plain) : plain,
    ContentType: 'application/octet-stream',
    ...(isZipped && { ContentEncoding: 'gzip' }),
  });
  for (let delayMs = FIRST_RETRY_DELAY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, LAST_RETRY_DELAY_MS)) {
    try {
      await s3.send(command, { abortSignal: signal });
      return Key;
    } catch {
      await clock.sleep(delayMs, signal);
    }
  }
  return undefined;
}
