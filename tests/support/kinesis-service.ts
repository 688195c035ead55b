import { KinesisClient } from '@aws-sdk/client-kinesis';
import type { KinesisClientConfig } from '@aws-sdk/client-kinesis';
import { setTimeout as delay } from 'node:timers/promises';
import { clockAtSpeed } from '../../local/clock.ts';
import type { Clock } from '../../local/clock.ts';
import { noFaults } from '../../local/faults.ts';
import { startKinesis } from '../../local/services/kinesis/service.ts';
import type { KinesisOptions, KinesisService } from '../../local/services/kinesis/service.ts';

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '123456789012';
export const ARN_PREFIX = `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/`;

/** Operations that end at once; limits as AWS has them. */
const INSTANT = {
  createStreamMs: 0, deleteStreamMs: 0, splitShardMs: 0, mergeShardsMs: 0, updateShardCountStepMs: 0, updateStreamMs: 0, registerConsumerMs: 0,
};

/** A local Kinesis on a free port whose operations end at once, unless `options` say otherwise. */
export function startTestKinesis({ settings, ...options }: Partial<KinesisOptions> = {}): Promise<KinesisService> {
  return startKinesis({
    port: 0, clock: clockAtSpeed(1), faults: noFaults, region: REGION, accountId: ACCOUNT_ID,
    ...options,
    settings: { ...INSTANT, ...settings },
  });
}

/** The AWS SDK's client as the functions use it: HTTP/2, one connection; without retries, so that refusals are seen. */
export function sdkClient(url: string, options: Partial<KinesisClientConfig> = {}): KinesisClient {
  return new KinesisClient({ endpoint: url, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1, ...options });
}

/** Makes a stream and waits until it is ACTIVE. */
export async function activeStream(kinesis: Pick<KinesisService, 'call'>, streamName: string, shardCount = 1): Promise<void> {
  await kinesis.call('CreateStream', { StreamName: streamName, ShardCount: shardCount });
  await untilActive(kinesis, streamName);
}

/** Waits until no operation runs on the stream. */
export async function untilActive(kinesis: Pick<KinesisService, 'call'>, streamName: string): Promise<void> {
  for (;;) {
    const { StreamDescriptionSummary } = await kinesis.call('DescribeStreamSummary', { StreamName: streamName });
    if (StreamDescriptionSummary.StreamStatus === 'ACTIVE') return;
    await delay(5);
  }
}

/** A request as bytes on the wire, and the answer's status and JSON; an empty body is undefined. */
export async function post(url: string, operation: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Kinesis_20131202.${operation}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** A clock that stands still until it is set, for limits with literal times. Sleepers wake when their time is reached. */
export function manualClock(startMs = 1_700_000_000_000): Clock & { advance(ms: number): Promise<void> } {
  let nowMs = startMs;
  const sleepers = new Set<{ untilMs: number; wake: () => void }>();
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted) return resolve();
        const sleeper = { untilMs: nowMs + ms, wake: () => { sleepers.delete(sleeper); resolve(); } };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    async advance(ms) {
      nowMs += ms;
      for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake();
      await delay(0);
    },
  };
}

/** Everything in a shard from its trim horizon on, up to its tip or end. */
export async function readShard(kinesis: Pick<KinesisService, 'call'>, streamName: string, shardId: string): Promise<{ SequenceNumber: string; PartitionKey: string; Data: string }[]> {
  const records: { SequenceNumber: string; PartitionKey: string; Data: string }[] = [];
  let iterator: string | null = (await kinesis.call('GetShardIterator', { StreamName: streamName, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' })).ShardIterator;
  while (iterator) {
    const answer: { Records: typeof records; NextShardIterator: string | null; MillisBehindLatest: number } = await kinesis.call('GetRecords', { ShardIterator: iterator });
    records.push(...answer.Records);
    if (answer.MillisBehindLatest === 0) break;
    iterator = answer.NextShardIterator;
  }
  return records;
}
