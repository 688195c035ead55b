import type { SourceRecordMark } from './shard-progress.ts';

/** A producer's record on its way through the delivery stream, taken out of its aggregate. */
export interface SourceRecord {
  shardId: string;
  sequenceNumber: string;
  /** Place inside the aggregated Kinesis record, from 0; 0 for a record that came alone. */
  subSequenceNumber: number;
  partitionKey: string;
  arrivalMs: number;
  /** Base64. */
  data: string;
  /** Bytes of the data before base64. */
  sizeBytes: number;
  /** Its Kinesis record, which is done when all in it are. */
  mark: SourceRecordMark;
}
