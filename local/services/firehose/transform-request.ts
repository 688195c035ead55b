import { randomUUID } from 'node:crypto';

import type { SourceRecord } from './source-record.ts';

/** An upper bound of the JSON around a record's data, partition key and shard. */
const RECORD_ENVELOPE_BYTES = 480;

/** How many bytes a record takes in the event. */
export function requestBytes(record: SourceRecord): number {
  return record.data.length + record.partitionKey.length * 6 + RECORD_ENVELOPE_BYTES;
}

/** An id that is the record's own in every attempt. */
export function recordIdOf({ sequenceNumber, subSequenceNumber }: SourceRecord): string {
  return `${sequenceNumber}${String(subSequenceNumber).padStart(20, '0')}`;
}

/** The event that Firehose invokes a transform with; each attempt has an id of its own. */
export function transformEvent(records: readonly SourceRecord[], deliveryStreamArn: string, sourceKinesisStreamArn: string): object {
  return {
    invocationId: randomUUID(),
    sourceKinesisStreamArn,
    deliveryStreamArn,
    region: deliveryStreamArn.split(':')[3],
    records: records.map((record) => ({
      recordId: recordIdOf(record),
      approximateArrivalTimestamp: record.arrivalMs,
      data: record.data,
      kinesisRecordMetadata: {
        sequenceNumber: record.sequenceNumber,
        subsequenceNumber: record.subSequenceNumber,
        partitionKey: record.partitionKey,
        shardId: record.shardId,
        approximateArrivalTimestamp: record.arrivalMs,
      },
    })),
  };
}
