import type { StreamRecord } from './stream-record.ts';

/** A mapping's arns, as they stand in the events it sends. */
export interface EventNames {
  region: string;
  /** The stream's arn, or the consumer's with enhanced fan-out. */
  eventSourceArn: string;
  roleArn: string;
}

export interface KinesisEventRecord {
  kinesis: {
    kinesisSchemaVersion: '1.0';
    partitionKey: string;
    sequenceNumber: string;
    data: string;
    approximateArrivalTimestamp: number;
  };
  eventSource: 'aws:kinesis';
  eventVersion: '1.0';
  eventID: string;
  eventName: 'aws:kinesis:record';
  invokeIdentityArn: string;
  awsRegion: string;
  eventSourceARN: string;
}

/** A record in the envelope in which Lambda hands it to a function. */
export function eventRecord(record: StreamRecord, shardId: string, names: EventNames): KinesisEventRecord {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.PartitionKey,
      sequenceNumber: record.SequenceNumber,
      data: record.Data,
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${record.SequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: names.roleArn,
    awsRegion: names.region,
    eventSourceARN: names.eventSourceArn,
  };
}

/** How many bytes a record takes in an event's JSON, the comma before it included; the data is not copied for it. */
export function eventRecordBytes(record: StreamRecord, shardId: string, names: EventNames): number {
  const envelope = JSON.stringify(eventRecord({ ...record, Data: '' }, shardId, names));
  return Buffer.byteLength(envelope) + record.Data.length + 1;
}
