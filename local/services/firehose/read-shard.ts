import type { Clock } from '../../clock.ts';

/** The one way into Kinesis: an operation and its input in the JSON of the wire. */
export interface KinesisCall {
  // oxlint-disable-next-line typescript/no-explicit-any -- an answer's shape is AWS's
  call(operation: string, input: object): Promise<any>;
}

/** A record as GetRecords gives it. */
export interface ReadRecord {
  SequenceNumber: string;
  PartitionKey: string;
  /** Base64. */
  Data: string;
  /** Seconds. */
  ApproximateArrivalTimestamp: number;
}

export interface ShardReader {
  shardId: string;
  /** When the last read began that found the shard's end, in milliseconds of the clock; undefined when it found more. */
  caughtUpAtMs: number | undefined;
}

export interface ShardReading {
  kinesis: KinesisCall;
  streamArn: string;
  clock: Clock;
  signal: AbortSignal;
  /** Takes the records of one read, in order. */
  onRecords(records: ReadRecord[]): void;
  /** Resolves when there is room for more. */
  whenRoom(): Promise<void>;
  /** How long to wait at the shard's end before the next read. */
  pollMs(): number;
}

/** A shard answers five reads a second to all its consumers together. */
const READ_INTERVAL_MS = 200;
const RETRY_DELAY_MS = 1_000;

/**
 * Reads a shard from behind `after`, or from its start, until it is closed and read to its end: then resolves true.
 * Refusals, lost answers and expired iterators are tried again forever, as Firehose does. Resolves false when aborted.
 */
export async function readShard(reader: ShardReader, after: string | undefined, reading: ShardReading): Promise<boolean> {
  const { kinesis, clock, signal } = reading;
  let position = after;
  let iterator: string | undefined;
  while (!signal.aborted) {
    await reading.whenRoom();
    const readAtMs = clock.now();
    try {
      iterator ??= await shardIterator(reading, reader.shardId, position);
      const answer = await kinesis.call('GetRecords', { StreamARN: reading.streamArn, ShardIterator: iterator, Limit: 10_000 });
      const records = answer.Records as ReadRecord[];
      if (signal.aborted) return false;
      if (records.length > 0) reading.onRecords(records);
      position = records.at(-1)?.SequenceNumber ?? position;
      iterator = answer.NextShardIterator ?? undefined;
      const isAtEnd = answer.MillisBehindLatest === 0;
      reader.caughtUpAtMs = isAtEnd || iterator === undefined ? readAtMs : undefined;
      if (iterator === undefined) return true;
      await clock.sleep(isAtEnd ? reading.pollMs() : READ_INTERVAL_MS, signal);
    } catch (error) {
      const name = (error as Error).name;
      if (name === 'ExpiredIteratorException') iterator = undefined;
      // The position is of a stream that was since created anew: its records are gone, the new one's are not.
      else if (name === 'InvalidArgumentException' && iterator === undefined && position !== undefined) position = undefined;
      else await clock.sleep(RETRY_DELAY_MS, signal);
    }
  }
  return false;
}

async function shardIterator({ kinesis, streamArn }: ShardReading, shardId: string, after: string | undefined): Promise<string> {
  const place = after === undefined ? { ShardIteratorType: 'TRIM_HORIZON' } : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after };
  const { ShardIterator } = await kinesis.call('GetShardIterator', { StreamARN: streamArn, ShardId: shardId, ...place });
  return ShardIterator;
}
