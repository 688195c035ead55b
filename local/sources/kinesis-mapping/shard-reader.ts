import type { Clock } from '../../clock.ts';
import type { KinesisSource, StreamRecord, SubscribeInput } from './stream-record.ts';

export type StartPosition =
  | { type: 'TRIM_HORIZON' }
  | { type: 'AT_TIMESTAMP'; timestampMs: number }
  | { type: 'AFTER_SEQUENCE_NUMBER'; sequenceNumber: string };

/** What a reader needs, and where it hands over what it reads. */
export interface ShardReading {
  kinesis: KinesisSource;
  streamArn: string;
  /** A registered consumer's, for enhanced fan-out. */
  consumerArn: string | undefined;
  shardId: string;
  start: StartPosition;
  /** An iterator at `start` that was got earlier: for LATEST, when the mapping was made. */
  iterator: string | undefined;
  clock: Clock;
  signal: AbortSignal;
  /** Takes the records of one read in order; empty too, when it found none. `readAtMs` is when the read began. */
  onRead(records: StreamRecord[], millisBehindLatest: number, readAtMs: number): void;
  /** Resolves when there is room for more. */
  whenRoom(): Promise<void>;
}

/** Lambda polls an idle shard once a second, and a shard takes five reads a second. */
const IDLE_INTERVAL_MS = 1_000;
const READ_INTERVAL_MS = 200;
const RETRY_DELAY_MS = 1_000;

/**
 * Reads a shard until it is closed and read to its end: resolves true then, and false when `signal` aborts.
 * Throttles, lost answers, failures of the service and expired iterators are tried again from where it was.
 */
export function readShard(reading: ShardReading): Promise<boolean> {
  return reading.consumerArn === undefined ? poll(reading) : subscribe(reading, reading.consumerArn);
}

async function poll(reading: ShardReading): Promise<boolean> {
  const { kinesis, clock, signal } = reading;
  let { start, iterator } = reading;
  while (!signal.aborted) {
    await reading.whenRoom();
    const readAtMs = clock.now();
    try {
      iterator ??= await shardIterator(reading, start);
      const answer = await kinesis.call('GetRecords', { StreamARN: reading.streamArn, ShardIterator: iterator, Limit: 10_000 });
      if (signal.aborted) return false;
      const records = answer.Records as StreamRecord[];
      start = after(records, start);
      reading.onRead(records, answer.MillisBehindLatest, readAtMs);
      iterator = answer.NextShardIterator ?? undefined;
      if (iterator === undefined) return true;
      await clock.sleep(records.length > 0 || answer.MillisBehindLatest > 0 ? READ_INTERVAL_MS : IDLE_INTERVAL_MS, signal);
    } catch (error) {
      const name = readError(error);
      if (name === 'ExpiredIteratorException') iterator = undefined;
      // The position belongs to a stream of this name that is no more.
      else if (name === 'InvalidArgumentException' && start.type === 'AFTER_SEQUENCE_NUMBER') start = { type: 'TRIM_HORIZON' };
      else await clock.sleep(RETRY_DELAY_MS, signal);
    }
  }
  return false;
}

async function subscribe(reading: ShardReading, consumerArn: string): Promise<boolean> {
  const { kinesis, clock, signal, shardId } = reading;
  let { start } = reading;
  while (!signal.aborted) {
    let readAtMs = clock.now();
    try {
      for await (const event of kinesis.subscribeToShard({ ConsumerARN: consumerArn, ShardId: shardId, StartingPosition: wire(start) }, signal)) {
        if (signal.aborted) return false;
        start = event.ContinuationSequenceNumber === null ? after(event.Records, start) : { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: event.ContinuationSequenceNumber };
        reading.onRead(event.Records, event.MillisBehindLatest, readAtMs);
        if (event.ChildShards && event.ChildShards.length > 0) return true;
        await reading.whenRoom();
        readAtMs = clock.now();
      }
      // A subscription ends after five minutes and is taken up again at once.
    } catch (error) {
      readError(error);
      await clock.sleep(RETRY_DELAY_MS, signal);
    }
  }
  return false;
}

/** The name under which Kinesis refused; an error of this program is not to be tried again. */
function readError(error: unknown): string {
  const { name, code, statusCode } = error as { name: string; code?: string; statusCode?: number };
  if (statusCode === undefined && code === undefined) throw error;
  return name;
}

const after = (records: StreamRecord[], start: StartPosition): StartPosition => {
  const last = records.at(-1);
  return last ? { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last.SequenceNumber } : start;
};

/** An iterator at a position of a shard. */
export async function shardIterator(
  { kinesis, streamArn, shardId }: Pick<ShardReading, 'kinesis' | 'streamArn' | 'shardId'>,
  start: StartPosition | { type: 'LATEST' },
): Promise<string> {
  const { Type, SequenceNumber, Timestamp } = wire(start);
  const { ShardIterator } = await kinesis.call('GetShardIterator', {
    StreamARN: streamArn,
    ShardId: shardId,
    ShardIteratorType: Type,
    ...(SequenceNumber === undefined ? {} : { StartingSequenceNumber: SequenceNumber }),
    ...(Timestamp === undefined ? {} : { Timestamp }),
  });
  return ShardIterator;
}

function wire(start: StartPosition | { type: 'LATEST' }): SubscribeInput['StartingPosition'] {
  if (start.type === 'AFTER_SEQUENCE_NUMBER') return { Type: start.type, SequenceNumber: start.sequenceNumber };
  return start.type === 'AT_TIMESTAMP' ? { Type: start.type, Timestamp: start.timestampMs / 1000 } : { Type: start.type };
}
