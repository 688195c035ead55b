/** A record as GetRecords and SubscribeToShard give it. */
export interface StreamRecord {
  SequenceNumber: string;
  PartitionKey: string;
  /** Base64. */
  Data: string;
  /** Seconds since the epoch, with decimals. */
  ApproximateArrivalTimestamp: number;
}

/** Kinesis as a mapping reads it: operations in the JSON of the wire, and the events of a subscription. */
export interface KinesisSource {
  // oxlint-disable-next-line typescript/no-explicit-any -- an answer's shape is AWS's
  call(operation: string, input: object): Promise<any>;
  subscribeToShard(input: SubscribeInput, ended?: AbortSignal): AsyncIterable<SubscriptionEvent>;
}

export interface SubscribeInput {
  ConsumerARN: string;
  ShardId: string;
  StartingPosition: { Type: 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP' | 'AFTER_SEQUENCE_NUMBER'; SequenceNumber?: string; Timestamp?: number };
}

export interface SubscriptionEvent {
  Records: StreamRecord[];
  ContinuationSequenceNumber: string | null;
  MillisBehindLatest: number;
  ChildShards?: object[];
}

/** Milliseconds since the epoch. */
export const arrivalMs = (record: StreamRecord): number => Math.round(record.ApproximateArrivalTimestamp * 1000);
