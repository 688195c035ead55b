import { AwsError } from '../../../aws-error.ts';
import type { Account } from '../account.ts';
import { findConsumer } from '../streams/consumers.ts';
import { describeChild } from '../streams/descriptions.ts';
import { readBatch } from '../streams/read.ts';
import type { ReadRecord } from '../streams/read.ts';
import { invalidArgument } from '../streams/refusals.ts';
import type { Shard } from '../streams/shard.ts';
import { shardToRead, startingPlace } from '../streams/starting-place.ts';
import type { IteratorType } from '../streams/starting-place.ts';
import type { Stream } from '../streams/stream.ts';
import { TokenBucket } from '../streams/token-bucket.ts';
import { CONSUMER_ARN, ITERATOR_TYPE, SEQUENCE_NUMBER, SHARD_ID } from '../validation/shape.ts';
import type { Shape } from '../validation/shape.ts';

export interface SubscribeToShardInput {
  ConsumerARN: string;
  ShardId: string;
  StartingPosition: { Type: IteratorType; SequenceNumber?: string; Timestamp?: number };
}

/** One message of a subscription. */
export interface SubscribeToShardEvent {
  Records: ReadRecord[];
  /** Where a subscription AFTER_SEQUENCE_NUMBER goes on; null when the shard is closed and has nothing more. */
  ContinuationSequenceNumber: string | null;
  MillisBehindLatest: number;
  /** With the last message of a closed shard. */
  ChildShards?: object[];
}

export const SUBSCRIBE_TO_SHARD_INPUT: Shape = {
  ConsumerARN: { ...CONSUMER_ARN, required: true },
  ShardId: { ...SHARD_ID, required: true },
  StartingPosition: {
    type: 'Structure', required: true,
    members: { Type: ITERATOR_TYPE, SequenceNumber: SEQUENCE_NUMBER, Timestamp: { type: 'Timestamp' } },
  },
};

/** What one message carries at most; one record may be larger. */
const MAX_EVENT_BYTES = 1_048_576;
const MAX_EVENT_RECORDS = 1000;

/** The subscriptions of an account, at most one for each consumer and shard. */
export class Subscriptions {
  readonly #account: Account;
  readonly #stopped: AbortSignal;
  readonly #running = new Map<string, { startedMs: number; end: AbortController }>();

  constructor(account: Account, stopped: AbortSignal) {
    this.#account = account;
    this.#stopped = stopped;
  }

  /**
   * Starts a subscription: messages as records arrive, empty ones when none do, for five minutes,
   * or until the shard's end, a later subscription of the same consumer to the shard, or `ended`.
   * Throws AwsError; ResourceInUseException within five seconds of an earlier one.
   */
  open(input: SubscribeToShardInput, ended?: AbortSignal): AsyncGenerator<SubscribeToShardEvent, void, undefined> {
    const { accountId, clock, settings } = this.#account;
    const { stream, consumer } = findConsumer(this.#account, { ConsumerARN: input.ConsumerARN });
    const { name } = stream.state;
    if (consumer.status !== 'ACTIVE') {
      throw new AwsError(
        'ResourceInUseException',
        `Consumer ${consumer.name} with creation timestamp ${Math.floor(consumer.createdMs / 1000)} under stream: ${name} , account ${accountId} is not in ACTIVE status.`,
      );
    }
    const shard = shardToRead(stream, input.ShardId, accountId);
    const { Type: type, SequenceNumber: sequenceNumber, Timestamp: timestampSeconds } = input.StartingPosition;
    if (type.endsWith('SEQUENCE_NUMBER') && !sequenceNumber) throw invalidArgument(`StartingPosition of type ${type} must have a SequenceNumber.`);
    if (type === 'AT_TIMESTAMP' && typeof timestampSeconds !== 'number') throw invalidArgument('StartingPosition of type AT_TIMESTAMP must have a Timestamp.');
    const nowMs = clock.now();
    const place = startingPlace(stream, shard, { type, sequenceNumber, timestampSeconds }, { operation: 'SubscribeToShard', accountId, nowMs });

    const key = `${consumer.arn}/${shard.id}`;
    const earlier = this.#running.get(key);
    if (earlier && nowMs - earlier.startedMs < settings.subscriptionTakeoverMs) {
      throw new AwsError('ResourceInUseException', `Another active subscription exists for this consumer: ${accountId}:${name}:${consumer.name}`);
    }
    earlier?.end.abort();
    const running = { startedMs: nowMs, end: new AbortController() };
    this.#running.set(key, running);
    const signals = [running.end.signal, this.#stopped, ...(ended ? [ended] : [])];
    const active = (): boolean => consumer.status === 'ACTIVE' && stream.state.status !== 'DELETING';
    return this.#events(stream, shard, place, AbortSignal.any(signals), nowMs + settings.subscriptionMs, active);
  }

  async *#events(stream: Stream, shard: Shard, start: number, ended: AbortSignal, untilMs: number, active: () => boolean): AsyncGenerator<SubscribeToShardEvent, void, undefined> {
    const { clock, settings } = this.#account;
    const bytes = new TokenBucket(settings.subscriptionBytesPerSecond, clock);
    let place = start;
    let quietSinceMs = 0;
    while (!ended.aborted && active()) {
      const nowMs = clock.now();
      if (nowMs >= untilMs) return;
      const news = Promise.withResolvers<void>();
      const unwatch = shard.watch(news.resolve);
      try {
        const batch = readBatch(shard, place, { maxRecords: MAX_EVENT_RECORDS, maxBytes: MAX_EVENT_BYTES, horizonMs: stream.horizonMs, nowMs });
        place = batch.nextPlace;
        const heartbeatMs = quietSinceMs + settings.subscriptionHeartbeatMs - nowMs;
        if (batch.records.length > 0 || batch.ended || heartbeatMs <= 0) {
          yield {
            Records: batch.records,
            ContinuationSequenceNumber: batch.ended ? null : (batch.records.at(-1)?.SequenceNumber ?? shard.sequenceNumberOf(place - 1, nowMs)),
            MillisBehindLatest: batch.millisBehindLatest,
            ...(batch.ended && { ChildShards: stream.childrenOf(shard).map(describeChild) }),
          };
          if (batch.ended) return;
          quietSinceMs = nowMs;
          bytes.take(batch.bytes);
          const waitMs = bytes.waitMs(1);
          if (waitMs > 0) await clock.sleep(waitMs, ended);
          continue;
        }
        const woken = new AbortController();
        void news.promise.then(() => woken.abort());
        await clock.sleep(Math.min(heartbeatMs, untilMs - nowMs), AbortSignal.any([woken.signal, ended]));
      } finally {
        unwatch();
      }
    }
  }
}
