/** Deliveries through real Kinesis, workers and destinations: what each setting of a mapping does. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { REGION, startWorld, type Scene, type World } from '../../../tests/support/mapping-world.ts';
import { noFaults, seededFaults, type Faults } from '../../faults.ts';
import type { Progress } from './observer.ts';

const TEXTS = `const texts = (event: any): string[] => event.Records.map(({ kinesis }: any) => Buffer.from(kinesis.data, 'base64').toString());`;
const SOURCES = {
  Accepts: `export const handler = async () => null;`,
  ThrowsOnBad: `${TEXTS} export const handler = async (event: any) => { if (texts(event).some((text) => text.startsWith('bad'))) throw new Error('no'); };`,
  ReportsBad: `${TEXTS} export const handler = async (event: any) => ({ batchItemFailures: texts(event).flatMap((text, i) => text.startsWith('bad') ? [{ itemIdentifier: event.Records[i].kinesis.sequenceNumber }] : []) });`,
  Slow: `export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 30)); };`,
  Exits: `export const handler = async () => process.exit(1);`,
};
const TIMES_OUT: [string, object] = [`${TEXTS} export const handler = async (event: any) => { if (texts(event).includes('hang')) for (;;); };`, { timeoutSeconds: 1 }];

let world: World;
beforeAll(async () => {
  world = await startWorld({ speed: 20, sources: { ...SOURCES, TimesOut: TIMES_OUT, Busy: [SOURCES.Slow, { reservedConcurrency: 1 }] } });
});
afterAll(() => world?.stop());

const texts = (...data: string[]) => data.map((text, index) => ({ key: `key-${index}`, data: text }));
const allDelivered = (scene: Scene) => scene.batches().flat();

describe('batches', () => {
  test('a full batch does not wait for its window, a part of one does', async () => {
    const scene = await world.scene('Accepts', { batchSize: 3, batchingWindowSeconds: 5 }, { before: texts('a', 'b', 'c', 'd') });
    await scene.drained();
    expect(scene.batches()).toEqual([['a', 'b', 'c'], ['d']]);
    const [full, part] = scene.deliveries;
    expect((part?.atMs ?? 0) - (full?.atMs ?? 0)).toBeGreaterThanOrEqual(5_000);
  });

  test('a batch is flushed at 6 MB of JSON, base64 included', async () => {
    const data = 'x'.repeat(900_000);
    // A quarter of an hour of real time, so that only size can flush the first batch.
    const scene = await world.scene('Accepts', { batchSize: 10_000, batchingWindowSeconds: 20_000 });
    for (let index = 0; index < 6; index++) {
      await scene.put([{ key: 'k', data }]);
      await scene.until(() => scene.mapping.lag().recordsBehind > index || scene.deliveries.length > 0);
    }
    await scene.until(() => scene.deliveries.length > 0);
    // 900,000 bytes are 1,200,000 in base64: five make 6,000,000 and the sixth would go above 6,291,456.
    expect(scene.deliveries[0]?.event.Records).toHaveLength(5);
    await scene.until(() => scene.mapping.lag().recordsBehind === 1);
  });

  test('each batch is of one shard', async () => {
    const records = Array.from({ length: 60 }, (_, index) => ({ key: `key-${index}`, data: `r${index}` }));
    const scene = await world.scene('Accepts', { batchSize: 100 }, { shards: 3, before: records });
    await scene.drained();
    const shards = scene.deliveries.map(({ event }) => new Set(event.Records.map(({ eventID }) => eventID.split(':')[0])));
    expect(shards.map(({ size }) => size)).toEqual([1, 1, 1]);
    expect(allDelivered(scene).toSorted()).toEqual(records.map(({ data }) => data).toSorted());
  });
});

describe('failures', () => {
  test('a thrown error bisects, left half first, and only the bad record is given up', async () => {
    const scene = await world.scene('ThrowsOnBad', { batchSize: 4, maximumRetryAttempts: 1, bisectBatchOnFunctionError: true }, { destination: 'SQS', before: texts('a', 'b', 'bad', 'd') });
    await scene.drained();
    expect(scene.batches()).toEqual([['a', 'b', 'bad', 'd'], ['a', 'b'], ['bad', 'd'], ['bad'], ['bad'], ['d']]);
    expect(scene.failures()).toMatchObject([{ requestContext: { approximateInvokeCount: 2 }, KinesisBatchInfo: { batchSize: 1 } }]);
  });

  test('with bisect a partial response splits at the returned record and delivers only the rest again', async () => {
    const scene = await world.scene('ReportsBad', { batchSize: 4, maximumRetryAttempts: 1, bisectBatchOnFunctionError: true, reportBatchItemFailures: true }, { destination: 'SQS', before: texts('a', 'b', 'bad', 'd') });
    await scene.drained();
    expect(scene.batches()).toEqual([['a', 'b', 'bad', 'd'], ['bad', 'd'], ['bad', 'd']]);
    expect(scene.failures()).toMatchObject([{ KinesisBatchInfo: { batchSize: 2 }, responseContext: { functionError: null } }]);
  });

  test('without bisect a head record that always fails takes the healthy ones behind it along', async () => {
    const scene = await world.scene('ThrowsOnBad', { batchSize: 3, maximumRetryAttempts: 2 }, { destination: 'SQS', before: texts('bad', 'b', 'c', 'd') });
    await scene.drained();
    expect(scene.batches()).toEqual([['bad', 'b', 'c'], ['bad', 'b', 'c'], ['bad', 'b', 'c'], ['d']]);
    expect(scene.failures()).toMatchObject([{ KinesisBatchInfo: { batchSize: 3 } }]);
  });

  test('delays double from 250 ms', async () => {
    const scene = await world.scene('ThrowsOnBad', { maximumRetryAttempts: 4 }, { before: texts('bad') });
    await scene.drained();
    const gaps = scene.deliveries.slice(1).map(({ atMs }, index) => atMs - (scene.deliveries[index]?.atMs ?? 0));
    for (const [index, least] of [250, 500, 1000, 2000].entries()) expect(gaps[index]).toBeGreaterThanOrEqual(least);
    expect(gaps).toHaveLength(4);
  });

  test('a function that times out fails its batch and serves the next', async () => {
    const scene = await world.scene('TimesOut', { batchSize: 1, maximumRetryAttempts: 0 }, { destination: 'SQS', before: texts('hang', 'well') });
    await scene.drained();
    expect(scene.deliveries.map(({ invocation }) => (invocation?.payload as { errorType?: string } | null)?.errorType)).toEqual(['Sandbox.Timedout', undefined]);
    expect(scene.failures()).toHaveLength(1);
  });

  test('a function that crashes is retried in a new environment', async () => {
    const scene = await world.scene('Exits', { maximumRetryAttempts: 2 }, { destination: 'SQS', before: texts('a') });
    await scene.drained();
    expect(scene.deliveries.map(({ invocation }) => [invocation?.coldStart, (invocation?.payload as { errorType?: string } | undefined)?.errorType])).toEqual(
      Array.from({ length: 3 }, () => [true, 'Runtime.ExitError']),
    );
    expect(scene.failures()).toMatchObject([{ requestContext: { approximateInvokeCount: 3 }, responseContext: { functionError: 'Unhandled' } }]);
  });

  test('throttles do not count as retries', async () => {
    const running = world.host.invoke('Busy', {});
    const scene = await world.scene('Busy', { maximumRetryAttempts: 0 }, { destination: 'SQS', before: texts('a') });
    await scene.drained();
    await running;
    expect(scene.deliveries.length).toBeGreaterThanOrEqual(1);
    expect(scene.deliveries.filter(({ invocation }) => invocation).length).toBe(1);
    expect(scene.failures()).toEqual([]);
  });
});

describe('record age', () => {
  test('expired records alone are cut out before the first invocation, and the rest is delivered', async () => {
    const scene = await world.scene('Accepts', { enabled: false }, { before: texts('old-1', 'old-2'), ageMs: 70_000 });
    await scene.put(texts('young'));
    const progress: Progress[] = [];
    const aged = await world.scene('Accepts', { maximumRecordAgeSeconds: 60, batchSize: 10 }, {
      streamName: scene.streamName, destination: 'SQS', observer: { onProgress: (step) => progress.push(step) },
    });
    await aged.drained();
    expect(aged.batches()).toEqual([['young']]);
    expect(aged.failures()).toMatchObject([{ requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 }, KinesisBatchInfo: { batchSize: 2 } }]);
    expect(aged.failures()[0]).not.toHaveProperty('responseContext');
    expect(progress.map(({ records, outcome }) => [records.length, outcome])).toEqual([[2, 'discarded'], [1, 'processed']]);
  });
});

describe('destinations', () => {
  test('S3 gets the records with the document, under a key of mapping, shard and time', async () => {
    const scene = await world.scene('ThrowsOnBad', { maximumRetryAttempts: 0 }, { destination: 'S3', before: texts('bad') });
    await scene.drained();
    const s3 = new S3Client({ endpoint: world.storageUrl, region: REGION, forcePathStyle: true, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
    const Bucket = scene.bucketName;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual([
      expect.stringMatching(/^aws\/lambda\/11111111-2222-4333-8444-555555555555\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/),
    ]);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: Contents[0]?.Key }));
    const document = JSON.parse((await Body?.transformToString()) ?? '');
    s3.destroy();
    expect(document).toMatchObject({ version: '1.0', KinesisBatchInfo: { batchSize: 1 } });
    expect(document.payload).toEqual(scene.deliveries[0]?.event);
  });

  test('SNS gets the document', async () => {
    const scene = await world.scene('ThrowsOnBad', { maximumRetryAttempts: 0 }, { destination: 'SNS', before: texts('bad') });
    await scene.drained();
    expect(scene.failures()).toMatchObject([{ requestContext: { condition: 'RetryAttemptsExhausted' } }]);
    expect(scene.failures()[0]).not.toHaveProperty('payload');
  });
});

describe('lanes', () => {
  test('batches of different keys run at once, and each key keeps its order', async () => {
    const records = Array.from({ length: 80 }, (_, index) => ({ key: `key-${index % 8}`, data: `${index % 8}:${index}` }));
    const scene = await world.scene('Slow', { batchSize: 2, parallelizationFactor: 4 }, { before: records });
    await scene.drained();
    const all = allDelivered(scene);
    for (let key = 0; key < 8; key++) {
      const ofKey = (text: string) => text.startsWith(`${key}:`);
      expect(all.filter(ofKey)).toEqual(records.map(({ data }) => data).filter(ofKey));
    }
    // Forty batches of 30 ms one after the other would take 1.2 s; four lanes of them less.
    const starts = scene.deliveries.map(({ atMs }) => atMs);
    const overlapping = starts.filter((atMs, index) => index > 0 && atMs - (starts[index - 1] ?? 0) < 300).length;
    expect(overlapping).toBeGreaterThan(starts.length / 3);
  });
});

describe('progress', () => {
  test('a duplicate by fault delivers a success again before it passes', async () => {
    const progress: Progress[] = [];
    const faults: Faults = seededFaults(1, { throttle: 0, lostResponse: 0, crash: 0, duplicate: 1 });
    const scene = await world.scene('Accepts', {}, { before: texts('a', 'b'), faults, observer: { onProgress: (step) => progress.push(step) } });
    await scene.drained();
    expect(scene.batches()).toEqual([['a', 'b'], ['a', 'b']]);
    expect(progress.map(({ outcome, records, invocation }) => [outcome, records.length, invocation?.requestId])).toEqual([
      ['repeated', 2, scene.deliveries[0]?.invocation?.requestId],
      ['processed', 2, scene.deliveries[1]?.invocation?.requestId],
    ]);
  });

  test('lost answers and throttles of Kinesis lose and repeat nothing', async () => {
    let calls = 0;
    const scene = await world.scene('Accepts', {}, {
      before: texts('a', 'b', 'c'),
      faults: noFaults,
      kinesis: {
        subscribeToShard: world.kinesis.subscribeToShard,
        call: async (operation, input) => {
          const answer = await world.kinesis.call(operation, input);
          if (operation === 'GetRecords') calls += 1;
          if (operation === 'GetRecords' && calls === 1) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
          if (operation === 'GetRecords' && calls === 2) throw Object.assign(new Error('slow down'), { name: 'ProvisionedThroughputExceededException', statusCode: 400 });
          return answer;
        },
      },
    });
    await scene.drained();
    expect(scene.batches()).toEqual([['a', 'b', 'c']]);
  });
});
