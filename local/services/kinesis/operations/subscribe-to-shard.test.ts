import { describe, expect, test } from '@jest/globals';
import { SubscribeToShardCommand } from '@aws-sdk/client-kinesis';
import type { StartingPosition, SubscribeToShardEvent } from '@aws-sdk/client-kinesis';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { setTimeout as delay } from 'node:timers/promises';
import { activeStream, ARN_PREFIX, manualClock, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock();
const suite = kinesisSuite({ clock });
const SHARD = 'shardId-000000000000';

async function consumerOf(streamName: string): Promise<string> {
  await activeStream(suite.service, streamName);
  const { Consumer } = await suite.service.call('RegisterStreamConsumer', { StreamARN: `${ARN_PREFIX}${streamName}`, ConsumerName: 'c' });
  await clock.advance(0);
  return Consumer.ConsumerARN;
}

const put = (StreamName: string, data: string): Promise<{ SequenceNumber: string }> => suite.service.call('PutRecord', { StreamName, PartitionKey: 'k', Data: Buffer.from(data).toString('base64') });

/** Subscribes by the SDK and gathers what comes. */
async function subscribe(ConsumerARN: string, position: StartingPosition) {
  const events: SubscribeToShardEvent[] = [];
  const { EventStream } = await suite.client.send(new SubscribeToShardCommand({ ConsumerARN, ShardId: SHARD, StartingPosition: position }));
  const ended = (async () => {
    for await (const { SubscribeToShardEvent: event } of EventStream!) if (event) events.push(event);
  })();
  return {
    events,
    ended,
    data: () => events.flatMap(({ Records }) => Records!.map(({ Data }) => Buffer.from(Data!).toString())),
    async until(count: number): Promise<void> {
      while (events.length < count) await delay(2);
    },
  };
}

describe('SubscribeToShard', () => {
  test('refuses what names no consumer or shard, and a consumer that is not ACTIVE', async () => {
    expect(await suite.refusal('SubscribeToShard', {})).toEqual(
      violations("Value null at 'consumerARN' failed: Member must not be null", "Value null at 'shardId' failed: Member must not be null", "Value null at 'startingPosition' failed: Member must not be null"),
    );
    const ConsumerARN = await consumerOf('refused');
    const StartingPosition = { Type: 'LATEST' };
    expect(await suite.refusal('SubscribeToShard', { ConsumerARN, ShardId: 'shardId-7', StartingPosition })).toMatchObject({ type: 'ResourceNotFoundException' });
    expect(await suite.refusal('SubscribeToShard', { ConsumerARN, ShardId: SHARD, StartingPosition: { Type: 'AT_SEQUENCE_NUMBER' } })).toMatchObject({ type: 'InvalidArgumentException' });
    expect(await suite.refusal('SubscribeToShard', { ConsumerARN: `${ConsumerARN}1`, ShardId: SHARD, StartingPosition })).toMatchObject({ type: 'ResourceNotFoundException' });
  });

  test('pushes records as they come, and heartbeats when none do, for five minutes', async () => {
    const consumer = await consumerOf('pushed');
    await put('pushed', 'one');
    const subscription = await subscribe(consumer, { Type: 'TRIM_HORIZON' });
    await subscription.until(1);
    await put('pushed', 'two');
    await subscription.until(2);
    expect(subscription.data()).toEqual(['one', 'two']);
    expect(subscription.events[1]!.ContinuationSequenceNumber).toBe(subscription.events[1]!.Records![0]!.SequenceNumber);
    await clock.advance(5000);
    await subscription.until(3);
    expect(subscription.events[2]).toMatchObject({ Records: [], MillisBehindLatest: 0 });
    await clock.advance(295_000);
    await subscription.ended;
    expect(subscription.data()).toEqual(['one', 'two']);
  });

  test('goes on after a continuation number, also of an empty event', async () => {
    const consumer = await consumerOf('continued');
    const first = await subscribe(consumer, { Type: 'LATEST' });
    await first.until(1);
    const { ContinuationSequenceNumber } = first.events[0]!;
    await put('continued', 'late');
    await clock.advance(5000);
    const second = await subscribe(consumer, { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: ContinuationSequenceNumber });
    await second.until(1);
    expect(second.data()).toEqual(['late']);
    await first.ended;
    await clock.advance(300_000);
    await second.ended;
  });

  test('refuses a second subscription within five seconds, and then hands over to it', async () => {
    const consumer = await consumerOf('twice');
    const first = await subscribe(consumer, { Type: 'LATEST' });
    await clock.advance(4999);
    await expect(subscribe(consumer, { Type: 'LATEST' })).rejects.toMatchObject({ name: 'ResourceInUseException', message: 'Another active subscription exists for this consumer: 123456789012:twice:c' });
    await clock.advance(1);
    const second = await subscribe(consumer, { Type: 'LATEST' });
    await first.ended;
    await clock.advance(300_000);
    await second.ended;
  });

  test('ends at the end of a closed shard, naming its children', async () => {
    const consumer = await consumerOf('closed');
    await put('closed', 'last');
    const subscription = await subscribe(consumer, { Type: 'TRIM_HORIZON' });
    await suite.service.call('SplitShard', { StreamName: 'closed', ShardToSplit: SHARD, NewStartingHashKey: '1000' });
    await untilActive(suite.service, 'closed');
    await subscription.ended;
    expect(subscription.data()).toEqual(['last']);
    const last = subscription.events.at(-1)!;
    expect(last.ChildShards!.map(({ ShardId }) => ShardId)).toEqual(['shardId-000000000001', 'shardId-000000000002']);
    expect(last.ContinuationSequenceNumber ?? undefined).toBeUndefined();
  });

  test('works over HTTP/1.1 too, with an initial-response first, as botocore wants it', async () => {
    const ConsumerARN = await consumerOf('http1');
    const { SequenceNumber } = await put('http1', 'plain');
    const answer = await fetch(suite.service.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Kinesis_20131202.SubscribeToShard' },
      body: JSON.stringify({ ConsumerARN, ShardId: SHARD, StartingPosition: { Type: 'TRIM_HORIZON' } }),
    });
    expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream');
    await clock.advance(300_000);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const codec = new EventStreamCodec((text) => Buffer.from(text as Uint8Array).toString(), (text) => Buffer.from(text));
    const frames = [];
    for (let offset = 0; offset < bytes.length; offset += bytes.readUInt32BE(offset)) {
      const { headers, body } = codec.decode(bytes.subarray(offset, offset + bytes.readUInt32BE(offset)));
      frames.push([headers[':message-type']!.value, headers[':event-type']!.value, JSON.parse(Buffer.from(body).toString())]);
    }
    expect(frames.slice(0, 2)).toEqual([
      ['event', 'initial-response', {}],
      ['event', 'SubscribeToShardEvent', {
        Records: [{ SequenceNumber, ApproximateArrivalTimestamp: expect.any(Number), Data: 'cGxhaW4=', PartitionKey: 'k' }],
        ContinuationSequenceNumber: SequenceNumber,
        MillisBehindLatest: 0,
      }],
    ]);
  });

  test('in process, gives the wire’s JSON, and ends when its caller says so', async () => {
    const consumer = await consumerOf('inside');
    await put('inside', 'x');
    const leaving = new AbortController();
    const events = [];
    for await (const event of suite.service.subscribeToShard({ ConsumerARN: consumer, ShardId: SHARD, StartingPosition: { Type: 'TRIM_HORIZON' } }, leaving.signal)) {
      events.push(event);
      leaving.abort();
    }
    expect(events).toEqual([{
      Records: [{ SequenceNumber: expect.any(String), ApproximateArrivalTimestamp: expect.any(Number), Data: 'eA==', PartitionKey: 'k' }],
      ContinuationSequenceNumber: expect.any(String),
      MillisBehindLatest: 0,
    }]);
    const refused = suite.service.subscribeToShard({ ConsumerARN: consumer, ShardId: SHARD, StartingPosition: { Type: 'LATEST' } });
    await expect(refused.next()).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });
});
