import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { S3Object } from './fauxqs.ts';

/** An object without its bytes, and the file under the bucket's folder that has them; undefined when kept apart. */
export interface StoredObject {
  object: S3Object;
  file: string | undefined;
}

/** What is kept of an object besides its bytes, for JSON. */
export function toMetadata(object: S3Object, file: string | undefined): Record<string, unknown> {
  const { body: _, ...metadata } = object;
  return { ...metadata, file };
}

/** Reads what `toMetadata` wrote; undefined when there is none, or it is no JSON (a torn write of a lost machine). */
export function readMetadata(path: string): StoredObject | undefined {
  try {
    const { file, lastModified, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
    return { object: { ...rest, lastModified: new Date(lastModified), body: Buffer.alloc(0) }, file };
  } catch {
    return undefined;
  }
}

/** The object that a file stands for when nothing else is known of it. */
export function adoptedObject(key: string, body: Buffer<ArrayBuffer>, lastModified: Date): S3Object {
  return {
    key,
    body,
    contentType: 'application/octet-stream',
    contentLength: body.length,
    etag: `"${createHash('md5').update(body).digest('hex')}"`,
    lastModified,
    metadata: {},
  };
}
