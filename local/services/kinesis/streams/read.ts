import type { StoredRecord } from '../storage/record-frame.ts';
import { epochSeconds } from './descriptions.ts';
import type { Shard } from './shard.ts';

/** A record as GetRecords and SubscribeToShard show it. */
export interface ReadRecord {
  SequenceNumber: string;
  ApproximateArrivalTimestamp: number;
  Data: string;
  PartitionKey: string;
  EncryptionType?: 'KMS';
}

/** What one read of a shard found. */
export interface Batch {
  records: ReadRecord[];
  /** Bytes of data and keys. */
  bytes: number;
  /** The place to read on from. */
  nextPlace: number;
  /** 0 at the tip, else the age of the last record, or of the next one when there was room for none. */
  millisBehindLatest: number;
  /** Whether the shard is closed and was read to its end. */
  ended: boolean;
}

/** Reads from `place`, or from the trim horizon if that is later, at most so many records and bytes, but at least one record. */
export function readBatch(
  shard: Shard,
  place: number,
  { maxRecords, maxBytes, horizonMs, nowMs }: { maxRecords: number; maxBytes: number; horizonMs: number; nowMs: number },
): Batch {
  const records: ReadRecord[] = [];
  let bytes = 0;
  let lastArrivalMs: number | undefined;
  let nextPlace = Math.max(place, shard.trimHorizon(horizonMs));
  shard.scan(nextPlace, (record) => {
    if (records.length >= maxRecords || (records.length > 0 && bytes + record.bytes > maxBytes)) return false;
    records.push(shown(shard, record));
    bytes += record.bytes;
    lastArrivalMs = record.arrivalMs;
    nextPlace = record.place + 1;
    return true;
  });
  const atTip = nextPlace >= shard.log.durableEndPlace;
  return {
    records,
    bytes,
    nextPlace,
    millisBehindLatest: atTip ? 0 : Math.max(0, Math.floor(nowMs - (lastArrivalMs ?? shard.log.arrivalMsAt(nextPlace)))),
    ended: !shard.open && nextPlace >= shard.log.endPlace,
  };
}

function shown(shard: Shard, { place, arrivalMs, data, partitionKey, encrypted }: StoredRecord): ReadRecord {
  const record: ReadRecord = {
    SequenceNumber: shard.sequenceNumberOf(place, arrivalMs),
    ApproximateArrivalTimestamp: epochSeconds(arrivalMs),
    Data: data,
    PartitionKey: partitionKey,
  };
  if (encrypted) record.EncryptionType = 'KMS';
  return record;
}
