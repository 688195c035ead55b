/** One record on its way to the stream. */
export interface StreamEntry {
  partitionKey: string;
  data: Uint8Array;
}

/** PutRecords: 500 records and 10 MiB a request with keys; 1 MiB a record with its key (the stream's default). */
export const MAX_REQUEST_RECORDS = 500;
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
export const MAX_RECORD_BYTES = 1024 * 1024;

/** What an entry counts against the limits: its payload, and its key in UTF-8. */
export function entryBytes(entry: StreamEntry): number {
  return entry.data.length + Buffer.byteLength(entry.partitionKey, 'utf8');
}
