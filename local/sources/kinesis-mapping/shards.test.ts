/** Shards that come and go, restarts, windows, filters and enhanced fan-out, through real Kinesis and workers. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../../../tests/support/fixture-function.ts';
import { createStream, startWorld, streamIsActive, type Scene, type World } from '../../../tests/support/mapping-world.ts';
import type { Progress } from './observer.ts';

const SOURCES = {
  Accepts: `export const handler = async () => null;`,
  Windows: `export const handler = async (event: any) => {
    const data = event.Records.map(({ kinesis }: any) => Buffer.from(kinesis.data, 'base64').toString());
    if (data.includes('stateless')) return {};
    if (data.includes('huge')) return { state: { text: 'x'.repeat(1024 * 1024) } };
    return { state: { count: (event.state.count ?? 0) + data.length } };
  };`,
};

/** AWS's is five minutes. */
const ITERATOR_EXPIRY_MS = 20_000;

const folder = temporaryFolder();
let world: World;
beforeAll(async () => {
  world = await startWorld({ speed: 20, sources: SOURCES, settings: { iteratorExpiryMs: ITERATOR_EXPIRY_MS } });
});
afterAll(async () => {
  await world?.stop();
  folder.remove();
});

const texts = (...data: string[]) => data.map((text, index) => ({ key: `key-${index}`, data: text }));
const delivered = (scene: Scene) => scene.batches().flat();
const operate = async (scene: Scene, operation: string, input: object) => {
  await world.kinesis.call(operation, { StreamName: scene.streamName, ...input });
  await streamIsActive(world.kinesis, world.clock, scene.streamName);
};
const split = (scene: Scene, shard: number) =>
  operate(scene, 'SplitShard', { ShardToSplit: shardId(shard), NewStartingHashKey: '170141183460469231731687303715884105728' });
const shardId = (number: number) => `shardId-${String(number).padStart(12, '0')}`;
const shardsOf = (scene: Scene) => scene.deliveries.map(({ event }) => event.Records[0]?.eventID.split(':')[0]);

describe('shards that end', () => {
  test('children start at their beginning, only when all of their parent has passed', async () => {
    const scene = await world.scene('Accepts', { enabled: false }, { before: texts('p1', 'p2', 'p3') });
    await split(scene, 0);
    await scene.put(texts('c1', 'c2', 'c3', 'c4'));
    const reading = await world.scene('Accepts', { batchSize: 1 }, { streamName: scene.streamName });
    await reading.drained();
    expect(delivered(reading).slice(0, 3)).toEqual(['p1', 'p2', 'p3']);
    expect(delivered(reading).slice(3).toSorted()).toEqual(['c1', 'c2', 'c3', 'c4']);
  });

  test('with LATEST the children of a shard that was read are read from their beginning', async () => {
    const scene = await world.scene('Accepts', { startingPosition: 'LATEST' }, { before: texts('earlier') });
    await scene.put(texts('new'));
    await split(scene, 0);
    await scene.put(texts('c1', 'c2', 'c3'));
    await scene.drained();
    expect(delivered(scene)[0]).toBe('new');
    expect(delivered(scene).slice(1).toSorted()).toEqual(['c1', 'c2', 'c3']);
  });

  test('AT_TIMESTAMP starts at that time, in children too', async () => {
    const scene = await world.scene('Accepts', { enabled: false }, { before: texts('old') });
    await split(scene, 0);
    await scene.put(texts('old child'));
    await world.clock.sleep(2_000);
    const startingPositionTimestampMs = world.clock.now();
    await world.clock.sleep(1_000);
    await scene.put(texts('new child'));
    const reading = await world.scene('Accepts', { startingPosition: 'AT_TIMESTAMP', startingPositionTimestampMs }, { streamName: scene.streamName });
    await reading.drained();
    expect(delivered(reading)).toEqual(['new child']);
  });

  test('split and merge under load lose nothing, and each key keeps its order', async () => {
    const scene = await world.scene('Accepts', { batchSize: 50, parallelizationFactor: 2 });
    const put: string[] = [];
    let isPutting = true;
    const producer = (async () => {
      for (let round = 0; isPutting; round++) {
        const records = Array.from({ length: 20 }, (_, index) => ({ key: `key-${index % 10}`, data: `${index % 10}:${round}:${index}` }));
        await scene.put(records);
        put.push(...records.map(({ data }) => data));
      }
    })();
    await split(scene, 0);
    await operate(scene, 'MergeShards', { ShardToMerge: shardId(1), AdjacentShardToMerge: shardId(2) });
    await operate(scene, 'UpdateShardCount', { TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' });
    isPutting = false;
    await producer;
    await scene.drained();
    const all = delivered(scene);
    expect(all.toSorted()).toEqual(put.toSorted());
    for (let key = 0; key < 10; key++) {
      const ofKey = (text: string) => text.startsWith(`${key}:`);
      expect(all.filter(ofKey)).toEqual(put.filter(ofKey));
    }
    expect(new Set(shardsOf(scene)).size).toBeGreaterThanOrEqual(4);
  });
});

describe('reading', () => {
  test('an iterator that expires is renewed where the reading was', async () => {
    let calls = 0;
    const scene = await world.scene('Accepts', {}, {
      before: texts('a'),
      kinesis: {
        subscribeToShard: world.kinesis.subscribeToShard,
        call: async (operation, input) => {
          if (operation === 'GetRecords' && ++calls === 2) await world.clock.sleep(ITERATOR_EXPIRY_MS + 1_000);
          return world.kinesis.call(operation, input);
        },
      },
    });
    await scene.until(() => calls === 2);
    await scene.put(texts('b'));
    await scene.until(() => delivered(scene).length === 2);
    expect(delivered(scene)).toEqual(['a', 'b']);
  });

  test('enhanced fan-out delivers by subscription, over a split, under the consumer\'s arn', async () => {
    const idle = await world.scene('Accepts', { enabled: false }, { before: texts('a', 'b') });
    const { Consumer } = await world.kinesis.call('RegisterStreamConsumer', { StreamARN: idle.streamArn, ConsumerName: 'fan' });
    const scene = await world.scene('Accepts', { sourceArn: Consumer.ConsumerARN }, { streamName: idle.streamName });
    await scene.until(() => delivered(scene).length === 2);
    await split(scene, 0);
    await scene.put(texts('c1', 'c2', 'c3'));
    await scene.until(() => delivered(scene).length === 5);
    expect(delivered(scene).slice(0, 2)).toEqual(['a', 'b']);
    expect(scene.deliveries[0]?.event.Records[0]?.eventSourceARN).toBe(Consumer.ConsumerARN);
    await scene.mapping.stop();
  });
});

describe('restarts', () => {
  test('a mapping goes on from its checkpoints, with the observer\'s tally', async () => {
    const checkpointDir = join(folder.dir, 'restart');
    const tallying = (tally: { sum: number }) => ({
      onProgress: ({ records }: Progress) => void (tally.sum += records.length),
      tallyOf: () => tally.sum,
      restoreTally: (_shard: string, saved: unknown) => void (tally.sum = Number(saved)),
    });
    const before = { sum: 0 };
    const first = await world.scene('Accepts', {}, { before: texts('a', 'b'), checkpointDir, observer: tallying(before) });
    await first.drained();
    await first.mapping.stop();
    await first.put(texts('c'));
    const after = { sum: 0 };
    const second = await world.scene('Accepts', {}, { streamName: first.streamName, checkpointDir, observer: tallying(after) });
    await second.drained();
    expect([first.batches(), second.batches()]).toEqual([[['a', 'b']], [['c']]]);
    expect([before.sum, after.sum]).toEqual([2, 3]);
  });

  test.each(['TRIM_HORIZON', 'LATEST'] as const)('with %s a stream that was made again under the same name is read from its beginning', async (startingPosition) => {
    const checkpointDir = join(folder.dir, `again-${startingPosition}`);
    const first = await world.scene('Accepts', { startingPosition }, { checkpointDir });
    await first.put(texts('old'));
    await split(first, 0);
    await first.drained();
    await first.mapping.stop();
    await world.kinesis.call('DeleteStream', { StreamName: first.streamName });
    while ((await world.kinesis.call('ListStreams', {})).StreamNames.includes(first.streamName)) await world.clock.sleep(100);
    await createStream(world.kinesis, world.clock, first.streamName, 1);
    await first.put(texts('new'));
    const tallies: unknown[] = [];
    const observer = { onProgress: () => undefined, restoreTally: (_shard: string, tally: unknown) => void tallies.push(tally) };
    const second = await world.scene('Accepts', { startingPosition }, { streamName: first.streamName, checkpointDir, observer });
    await second.drained();
    expect([first.batches(), second.batches(), tallies]).toEqual([[['old']], [['new']], []]);
  });

  test('with LATEST what came while it was stopped is delivered', async () => {
    const checkpointDir = join(folder.dir, 'latest');
    const first = await world.scene('Accepts', { startingPosition: 'LATEST' }, { before: texts('earlier'), checkpointDir });
    await first.mapping.stop();
    await split(first, 0);
    await first.put(texts('c1', 'c2'));
    const second = await world.scene('Accepts', { startingPosition: 'LATEST' }, { streamName: first.streamName, checkpointDir });
    await second.drained();
    expect(delivered(second).toSorted()).toEqual(['c1', 'c2']);
  });
});

const field = (tag: number, value: Buffer) => Buffer.concat([Buffer.from([tag, value.length]), value]);

/** One KPL record: partition key table ["key-0"], one record of the given data. */
function aggregate(data: string): Buffer {
  const message = Buffer.concat([field(0x0a, Buffer.from('key-0')), field(0x1a, Buffer.concat([Buffer.from([0x08, 0x00]), field(0x1a, Buffer.from(data))]))]);
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, createHash('md5').update(message).digest()]);
}

describe('filters', () => {
  const PATTERN = '{"data":{"event_type":["purchase"]},"partitionKey":[{"prefix":"key-"}]}';

  test('only matching records reach the function; data that is not JSON is dropped; all of it passes', async () => {
    const progress: Progress[] = [];
    const scene = await world.scene('Accepts', { filterPatterns: [PATTERN] }, {
      before: texts('{"event_type":"purchase"}', '{"event_type":"login"}', 'not json', '{"event_type":"purchase","n":2}'),
      observer: { onProgress: (step) => progress.push(step) },
    });
    await scene.drained();
    expect(delivered(scene)).toEqual(['{"event_type":"purchase"}', '{"event_type":"purchase","n":2}']);
    expect(progress.map(({ records, outcome }) => [records.length, outcome])).toEqual([[2, 'filtered'], [2, 'processed']]);
  });

  const putAggregate = (scene: Scene) =>
    world.kinesis.call('PutRecord', { StreamName: scene.streamName, PartitionKey: 'a', Data: aggregate('{"event_type":"purchase"}').toString('base64') });

  test('a filter of data is refused at the start when the stream holds aggregated records', async () => {
    const stream = await world.scene('Accepts', { enabled: false });
    await putAggregate(stream);
    await expect(world.scene('Accepts', { filterPatterns: [PATTERN] }, { streamName: stream.streamName })).rejects.toThrow(
      /^Stream: its FilterCriteria look into `data`, but record \d+ is aggregated/,
    );
    const byKey = await world.scene('Accepts', { filterPatterns: ['{"partitionKey":["a"]}'] }, { streamName: stream.streamName });
    await byKey.drained();
    expect(byKey.deliveries).toHaveLength(1);
  });

  test('an aggregated record that comes later stops the mapping instead of vanishing', async () => {
    const failures: Error[] = [];
    const scene = await world.scene('Accepts', { filterPatterns: [PATTERN] }, { onFailure: (error) => failures.push(error) });
    await putAggregate(scene);
    await scene.until(() => failures.length > 0);
    expect(failures.map(({ name }) => name)).toEqual(['AggregatedRecordError']);
    expect(scene.mapping.idle()).toBe(false);
  });
});

describe('tumbling windows', () => {
  const WINDOW_MS = 20_000;
  /** Waits until a window has just begun, so that a few seconds' records share it. */
  const windowBegins = () => world.clock.sleep(WINDOW_MS - (world.clock.now() % WINDOW_MS));

  test('state goes from batch to batch of a window, and its end is an invocation without records', async () => {
    const scene = await world.scene('Windows', { tumblingWindowSeconds: 20, batchSize: 2 });
    await windowBegins();
    await scene.put(texts('a', 'b', 'c'));
    await scene.until(() => scene.deliveries.length === 3);
    const [first, second, last] = scene.deliveries.map(({ event }) => event);
    const { start, end } = (first?.['window'] ?? {}) as { start: string; end: string };
    expect(Date.parse(end) - Date.parse(start)).toBe(WINDOW_MS);
    expect(start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(first).toMatchObject({ state: {}, shardId: shardId(0), eventSourceARN: scene.streamArn, isFinalInvokeForWindow: false, isWindowTerminatedEarly: false });
    expect(second).toMatchObject({ state: { count: 2 }, isFinalInvokeForWindow: false });
    expect(last).toMatchObject({ Records: [], window: { start, end }, state: { count: 3 }, isFinalInvokeForWindow: true, isWindowTerminatedEarly: false });
    expect(scene.deliveries[2]?.atMs).toBeGreaterThanOrEqual(Date.parse(end));
  });

  test('a response without state is a failed invocation', async () => {
    const scene = await world.scene('Windows', { tumblingWindowSeconds: 20, maximumRetryAttempts: 1 }, { destination: 'SQS', before: texts('stateless') });
    await scene.until(() => scene.failures().length === 1);
    expect(scene.batches().filter((batch) => batch.length > 0)).toEqual([['stateless'], ['stateless']]);
  });

  test('state above 1 MB ends the window early, and the rest of it starts afresh', async () => {
    const scene = await world.scene('Windows', { tumblingWindowSeconds: 20, batchSize: 1 });
    await windowBegins();
    await scene.put(texts('huge', 'a'));
    await scene.until(() => scene.deliveries.length === 4);
    const marks = scene.deliveries.map(({ event }) => [event.Records.length, event['isFinalInvokeForWindow'], event['isWindowTerminatedEarly']]);
    expect(marks).toEqual([[1, false, false], [0, true, true], [1, false, false], [0, true, false]]);
    expect(scene.deliveries[2]?.event['state']).toEqual({});
  });

  test('a shard that ends closes its window, and its children start afresh', async () => {
    const scene = await world.scene('Windows', { tumblingWindowSeconds: 900 });
    await scene.put(texts('a'));
    await scene.until(() => scene.deliveries.length === 1);
    await split(scene, 0);
    await scene.put(texts('c'));
    await scene.until(() => scene.deliveries.length === 3);
    const [, closing, child] = scene.deliveries.map(({ event }) => event);
    expect(closing).toMatchObject({ Records: [], shardId: shardId(0), state: { count: 1 }, isFinalInvokeForWindow: true });
    expect(child).toMatchObject({ state: {}, isFinalInvokeForWindow: false });
  });
});
