import type { ReadRecord } from './read-shard.ts';
import type { ShardProgress } from './shard-progress.ts';
import type { SourceRecord } from './source-record.ts';

/** Takes an aggregated record of the KPL apart; a record that is none is returned as the only one. */
export type Deaggregate = (partitionKey: string, data: Uint8Array) => { partitionKey: string; data: Uint8Array; subSequenceNumber: number }[];

/** The KPL's magic, F3 89 9A C2, in base64, as far as whole characters tell; all other records need no decoding. */
const MAGIC_IN_BASE64 = '84maw';

/** A shard's read as producers' records, entered in the shard's progress. An aggregate of nothing is done at once. */
export function sourceRecords(shardId: string, read: ReadRecord, progress: ShardProgress, deaggregate: Deaggregate): SourceRecord[] {
  const arrivalMs = Math.round(read.ApproximateArrivalTimestamp * 1000);
  const inner = read.Data.startsWith(MAGIC_IN_BASE64) ? deaggregate(read.PartitionKey, Buffer.from(read.Data, 'base64')) : undefined;
  const mark = progress.add({ sequenceNumber: read.SequenceNumber, remaining: inner?.length ?? 1, sizeBytes: base64Bytes(read.Data), arrivalMs });
  const common = { shardId, sequenceNumber: read.SequenceNumber, arrivalMs, mark };
  if (!inner) return [{ ...common, subSequenceNumber: 0, partitionKey: read.PartitionKey, data: read.Data, sizeBytes: mark.sizeBytes }];
  return inner.map(({ partitionKey, data, subSequenceNumber }) => ({
    ...common,
    subSequenceNumber,
    partitionKey,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    sizeBytes: data.byteLength,
  }));
}

function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
