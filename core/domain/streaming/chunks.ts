import { entryBytes, MAX_RECORD_BYTES, MAX_REQUEST_BYTES, MAX_REQUEST_RECORDS, type StreamEntry } from './stream-entry.ts';

/**
 * Splits entries into requests that PutRecords takes, as indexes in their order.
 * An entry that no request can carry is in `tooLarge`; every other index is in exactly one chunk.
 */
export function planChunks(entries: readonly StreamEntry[]): { chunks: number[][]; tooLarge: number[] } {
  const chunks: number[][] = [];
  const tooLarge: number[] = [];
  let chunk: number[] = [];
  let chunkBytes = 0;
  entries.forEach((entry, index) => {
    const bytes = entryBytes(entry);
    if (bytes > MAX_RECORD_BYTES) {
      tooLarge.push(index);
      return;
    }
    if (chunk.length === MAX_REQUEST_RECORDS || chunkBytes + bytes > MAX_REQUEST_BYTES) {
      chunks.push(chunk);
      chunk = [];
      chunkBytes = 0;
    }
    chunk.push(index);
    chunkBytes += bytes;
  });
  if (chunk.length > 0) chunks.push(chunk);
  return { chunks, tooLarge };
}
