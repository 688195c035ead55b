import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from '@jest/globals';

import { deaggregate } from '../../../core/domain/kpl/deaggregate.ts';
import { AwsError } from '../../aws-error.ts';
import { clockAtSpeed } from '../../clock.ts';
import { NO_FAULTS, noFaults, seededFaults, type Faults } from '../../faults.ts';
import type { Invocation } from '../../invoke/invocation.ts';
import type { DeliveryStream } from '../../template/deployment.ts';
import { startKinesis, type KinesisService } from '../kinesis/service.ts';
import { startStorage } from '../storage/start-storage.ts';
import { startFirehose, type FirehoseService } from './start-firehose.ts';

const region = 'eu-west-1';
const accountId = '123456789012';
const functionArn = `arn:aws:lambda:${region}:${accountId}:function:transform`;
const stream: DeliveryStream = {
  logicalId: 'DeliveryStream',
  name: 'clicks',
  arn: `arn:aws:firehose:${region}:${accountId}:deliverystream/clicks`,
  sourceStreamArn: `arn:aws:kinesis:${region}:${accountId}:stream/events`,
  bucketArn: 'arn:aws:s3:::shop-lake',
  prefix: 'events/year=!{timestamp:yyyy}/',
  errorOutputPrefix: 'errors/!{firehose:error-output-type}/year=!{timestamp:yyyy}/',
  bufferSizeMb: 64,
  bufferIntervalSeconds: 60,
  compression: 'GZIP',
  customTimeZone: 'UTC',
  fileExtension: undefined,
  transform: { functionArn, numberOfRetries: 3, bufferSizeMb: 1, bufferIntervalSeconds: 10 },
};

interface RecordIn {
  recordId: string;
  data: string;
  kinesisRecordMetadata: { shardId: string; partitionKey: string; sequenceNumber: string; subsequenceNumber: number };
}
type Handler = (records: RecordIn[], call: number) => unknown;

const text = (data: string): string => Buffer.from(data, 'base64').toString();
const b64 = (data: string): string => Buffer.from(data).toString('base64');
const upper: Handler = (records) => ({ records: records.map(({ recordId, data }) => ({ recordId, result: 'Ok', data: b64(`${text(data).toUpperCase()}\n`) })) });
const invocation = (payload: unknown, functionError?: 'Unhandled'): Invocation => ({ requestId: 'r', payload, functionError, logs: [], metrics: [], coldStart: false, durationMs: 1 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface World {
  kinesis: KinesisService;
  firehose: FirehoseService;
  invocations: { records: RecordIn[] }[];
  put(...data: string[]): Promise<void>;
  objects(prefix?: string): Promise<{ key: string; body: string }[]>;
  /** Another delivery stream on the same services, as after a restart. */
  restart(): Promise<FirehoseService>;
}

async function world(handler: Handler, options: { stream?: Partial<DeliveryStream>; faults?: Faults; storageFaults?: Faults; dataDir?: string; speed?: number } = {}): Promise<World> {
  const clock = clockAtSpeed(options.speed ?? 20);
  const kinesis = await startKinesis({ port: 0, clock: clockAtSpeed(20), faults: noFaults, region, accountId, settings: { createStreamMs: 0 } });
  const storage = await startStorage({ port: 0, dataDir: undefined, clock, faults: options.storageFaults ?? noFaults, buckets: [{ logicalId: 'LakeBucket', name: 'shop-lake' }], queues: [] });
  const s3 = new S3Client({ endpoint: storage.url, region, forcePathStyle: true, credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 10 });
  cleanups.push(() => kinesis.stop(), () => storage.stop(), () => s3.destroy());
  await kinesis.call('CreateStream', { StreamName: 'events', ShardCount: 1 });
  while ((await kinesis.call('DescribeStreamSummary', { StreamName: 'events' })).StreamDescriptionSummary.StreamStatus !== 'ACTIVE') await new Promise((resolve) => setTimeout(resolve, 5));
  const invocations: { records: RecordIn[] }[] = [];
  const invoker = {
    invoke: async (functionLogicalId: string, event: unknown) => {
      expect(functionLogicalId).toBe('TransformRecordsFunction');
      const { records } = event as { records: RecordIn[] };
      invocations.push(event as { records: RecordIn[] });
      const payload = await handler(records, invocations.length);
      return payload instanceof Error ? invocation({ errorType: payload.name, errorMessage: payload.message }, 'Unhandled') : invocation(payload);
    },
  };
  const start = async (): Promise<FirehoseService> => {
    const firehose = await startFirehose({
      stream: { ...stream, ...options.stream },
      kinesis,
      invoker,
      s3Endpoint: storage.url,
      clock,
      faults: options.faults ?? noFaults,
      dataDir: options.dataDir,
      deaggregate,
      lambdaArnToLogicalId: (arn) => (arn === functionArn ? 'TransformRecordsFunction' : `unknown ${arn}`),
    });
    cleanups.push(() => firehose.stop());
    return firehose;
  };
  return {
    kinesis,
    firehose: await start(),
    invocations,
    put: async (...data) => {
      await kinesis.call('PutRecords', { StreamName: 'events', Records: data.map((item) => ({ Data: b64(item), PartitionKey: `key-${item}` })) });
    },
    objects: async (prefix = '') => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'shop-lake', Prefix: prefix }));
      return Promise.all(
        Contents.map(async ({ Key = '' }) => {
          const object = await s3.send(new GetObjectCommand({ Bucket: 'shop-lake', Key }));
          const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
          return { key: Key, body: (object.ContentEncoding === 'gzip' ? gunzipSync(bytes) : bytes).toString() };
        }),
      );
    },
    restart: start,
  };
}

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-firehose-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const linesOf = async ({ objects }: World, prefix = 'events/'): Promise<string[]> => (await objects(prefix)).flatMap(({ body }) => body.split('\n').filter(Boolean)).sort();

describe('delivery', () => {
  test("records become one gzip object, named as Firehose does, of what the function returned", async () => {
    const { put, firehose, objects } = await world(upper);
    await put('a', 'b');
    await firehose.drain();
    expect(await objects()).toEqual([
      { key: expect.stringMatching(/^events\/year=\d{4}\/clicks-1-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9a-f-]{36}\.gz$/), body: 'A\nB\n' },
    ]);
    expect(firehose.counters).toEqual({ recordsIn: 2, bytesIn: 2, delivered: 2, dropped: 0, processingFailed: 0, failed: 0, objects: 1, errorObjects: 0 });
    expect([firehose.idle(), firehose.freshnessMs()]).toEqual([true, 0]);
  });

  test("the function's event is as Firehose sends it", async () => {
    const { put, firehose, invocations } = await world(upper);
    await put('a');
    await firehose.drain();
    const sequenceNumber = expect.stringMatching(/^\d{50,}$/);
    const arrival = expect.any(Number);
    expect(invocations).toEqual([
      {
        invocationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sourceKinesisStreamArn: stream.sourceStreamArn,
        deliveryStreamArn: stream.arn,
        region,
        records: [
          {
            recordId: expect.stringMatching(/^\d{70,}$/),
            approximateArrivalTimestamp: arrival,
            data: 'YQ==',
            kinesisRecordMetadata: { sequenceNumber, subsequenceNumber: 0, partitionKey: 'key-a', shardId: 'shardId-000000000000', approximateArrivalTimestamp: arrival },
          },
        ],
      },
    ]);
  });

  test('buffers are delivered by their age without anyone asking', async () => {
    const there = await world(upper, { speed: 500 });
    await there.put('a');
    while ((await linesOf(there)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await linesOf(there)).toEqual(['A']);
  });

  test('a full buffer is delivered at once, and draining empties what is larger than all buffers', async () => {
    const there = await world((records) => ({ records: records.map(({ recordId, data }) => ({ recordId, result: 'Ok', data })) }), { stream: { bufferSizeMb: 1, compression: 'UNCOMPRESSED' }, speed: 500 });
    const large = 'x'.repeat(700_000);
    for (let index = 0; index < 40; index++) {
      let failed = 1;
      while (failed > 0) failed = (await there.kinesis.call('PutRecords', { StreamName: 'events', Records: [{ Data: b64(large), PartitionKey: 'k' }] })).FailedRecordCount;
    }
    await there.firehose.drain();
    expect(there.firehose.counters).toMatchObject({ recordsIn: 40, delivered: 40, objects: 40 });
  });

  test('without a transform the records themselves are delivered', async () => {
    const { put, firehose, objects, invocations } = await world(upper, { stream: { transform: undefined, compression: 'UNCOMPRESSED' } });
    await put('a', 'b');
    await firehose.drain();
    expect([(await objects())[0]?.body, invocations]).toEqual(['ab', []]);
  });

  test('S3 that refuses and loses answers gets each object once', async () => {
    const there = await world(upper, { storageFaults: seededFaults(7, { ...NO_FAULTS, throttle: 0.5, lostResponse: 0.5 }), speed: 500 });
    await there.put('a', 'b');
    await there.firehose.drain();
    expect(await linesOf(there)).toEqual(['A', 'B']);
    expect(there.firehose.counters).toMatchObject({ delivered: 2, objects: 1 });
  });

  test('a batch may be delivered twice', async () => {
    const there = await world(upper, { faults: seededFaults(1, { ...NO_FAULTS, duplicate: 1 }) });
    await there.put('a');
    await there.firehose.drain();
    expect(await linesOf(there)).toEqual(['A', 'A']);
  });
});

/** AggregatedRecord { partition_key_table: ["p", "q"], records: [{ 0, "one" }, { 1, "two" }] } of the KPL. */
const AGGREGATED = Buffer.from('0a01700a01711a0708001a036f6e651a0708011a0374776f', 'hex');

describe('aggregated records', () => {
  test('come to the function one by one, and an aggregate that is none as it is', async () => {
    const { kinesis, firehose, invocations } = await world(upper);
    const md5 = createHash('md5').update(AGGREGATED).digest();
    for (const checksum of [md5, Buffer.alloc(16)]) {
      const Data = Buffer.concat([Buffer.from('f3899ac2', 'hex'), AGGREGATED, checksum]).toString('base64');
      await kinesis.call('PutRecord', { StreamName: 'events', PartitionKey: 'a', Data });
    }
    await firehose.drain();
    const received = invocations.flatMap((event) => event.records).map(({ data, kinesisRecordMetadata: { partitionKey, subsequenceNumber } }) => [text(data).slice(0, 3), partitionKey, subsequenceNumber]);
    expect(received.slice(0, 2)).toEqual([['one', 'p', 0], ['two', 'q', 1]]);
    expect(received.slice(2)).toEqual([[expect.any(String), 'a', 0]]);
    expect(firehose.counters.recordsIn).toBe(3);
  });
});

describe('records that are not delivered', () => {
  test('are under the error prefix in the words of AWS, and in the ledger', async () => {
    const there = await world((records) => ({
      records: records.flatMap(({ recordId, data }) => {
        if (text(data) === 'missing') return [];
        const result = { good: 'Ok', bot: 'Dropped', bad: 'ProcessingFailed' }[text(data)];
        return [{ recordId, result, data: b64(`{"of":"${text(data)}"}`) }];
      }),
    }));
    await there.put('good', 'bot', 'bad', 'missing');
    await there.firehose.drain();
    expect(await linesOf(there)).toEqual(['{"of":"good"}']);
    const [errors] = await there.objects('errors/processing-failed/year=');
    expect(errors?.key).toMatch(/\/clicks-1-[\d-]{19}-[0-9a-f-]{36}$/);
    const time = expect.any(Number);
    expect(errors?.body.trimEnd().split('\n').map((line) => JSON.parse(line))).toEqual([
      { attemptsMade: 1, arrivalTimestamp: time, errorCode: 'Lambda.ProcessingFailedStatus', errorMessage: 'ProcessingFailed status set for record', attemptEndingTimestamp: time, rawData: b64('bad'), lambdaArn: functionArn },
      {
        attemptsMade: 1,
        arrivalTimestamp: time,
        errorCode: 'Lambda.MissingRecordId',
        errorMessage: 'One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.',
        attemptEndingTimestamp: time,
        rawData: b64('missing'),
        lambdaArn: functionArn,
      },
    ]);
    const place = { shardId: 'shardId-000000000000', sequenceNumber: expect.stringMatching(/^\d+$/), subSequenceNumber: 0 };
    expect(there.firehose.undelivered()).toEqual([
      { ...place, result: 'Dropped', data: '{"of":"bot"}' },
      { ...place, result: 'ProcessingFailed', errorCode: 'Lambda.ProcessingFailedStatus', data: '{"of":"bad"}' },
      { ...place, result: 'Failed', errorCode: 'Lambda.MissingRecordId' },
    ]);
  });

  test.each<[string, Handler, string, number]>([
    ['a function that always fails', () => new TypeError('boom'), 'Lambda.FunctionError', 4],
    ['a function that times out', () => Object.assign(new Error('RequestId: 1 Error: Task timed out after 60.00 seconds'), { name: 'Sandbox.Timedout' }), 'Lambda.FunctionTimedOut', 4],
    ['a function out of concurrency', () => Promise.reject(new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)), 'Lambda.InvokeLimitExceeded', 4],
    ['a function that answers wrongly', () => ({ records: 'none' }), 'Lambda.JsonProcessingException', 1],
  ])('%s', async (_name, handler, errorCode, attemptsMade) => {
    const there = await world(handler, { speed: 200 });
    await there.put('a');
    await there.firehose.drain();
    const [error] = (await linesOf(there, 'errors/')).map((line) => JSON.parse(line));
    expect(error).toMatchObject({ errorCode, attemptsMade, rawData: b64('a') });
    expect(there.invocations).toHaveLength(attemptsMade);
    expect(new Set(there.invocations.map((event) => event.records[0]?.recordId)).size).toBe(1);
    expect(there.firehose.counters).toMatchObject({ failed: 1, delivered: 0 });
  });

  test('a function that never answers is given up after five minutes, four times', async () => {
    const there = await world(() => new Promise(() => undefined), { speed: 20_000 });
    await there.put('a');
    await there.firehose.drain();
    expect(JSON.parse((await linesOf(there, 'errors/'))[0] ?? '')).toMatchObject({ errorCode: 'Lambda.FunctionTimedOut', attemptsMade: 4 });
  });

  test('a function that fails at first is invoked again', async () => {
    const there = await world((records, call) => (call < 3 ? new Error('not yet') : upper(records, call)), { speed: 200 });
    await there.put('a');
    await there.firehose.drain();
    expect([await linesOf(there), there.firehose.undelivered()]).toEqual([['A'], []]);
  });
});

describe('a stream that is split and merged', () => {
  test('is read completely, children after their parents', async () => {
    const there = await world(upper);
    const { kinesis } = there;
    const active = async (): Promise<void> => {
      while ((await kinesis.call('DescribeStreamSummary', { StreamName: 'events' })).StreamDescriptionSummary.StreamStatus !== 'ACTIVE') await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const putAll = (round: number): Promise<void> => there.put(...Array.from({ length: 20 }, (_, index) => `${round}-${index}`));
    const putSame = async (round: number): Promise<void> => void (await kinesis.call('PutRecord', { StreamName: 'events', PartitionKey: 'same', Data: b64(`same-${round}`) }));
    await putAll(1);
    await putSame(1);
    await kinesis.call('SplitShard', { StreamName: 'events', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: (2n ** 127n).toString() });
    await active();
    await putAll(2);
    await putSame(2);
    await kinesis.call('MergeShards', { StreamName: 'events', ShardToMerge: 'shardId-000000000001', AdjacentShardToMerge: 'shardId-000000000002' });
    await active();
    await putAll(3);
    await putSame(3);
    await there.firehose.drain();
    expect((await linesOf(there)).length).toBe(63);
    expect(new Set(await linesOf(there)).size).toBe(63);
    const received = there.invocations.flatMap((event) => event.records).map(({ data }) => text(data));
    expect(received.filter((data) => data.startsWith('same-'))).toEqual(['same-1', 'same-2', 'same-3']);
  });
});

describe('a restart with the same folder', () => {
  test('goes on behind what S3 has, and reads again what was only buffered', async () => {
    const dataDir = temporaryDir();
    const there = await world(upper, { dataDir });
    await there.put('a');
    await there.firehose.drain();
    await there.put('b');
    while (there.firehose.counters.recordsIn < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(there.firehose.idle()).toBe(false);
    await there.firehose.stop();
    const again = await there.restart();
    await there.put('c');
    await again.drain();
    expect(await linesOf(there)).toEqual(['A', 'B', 'C']);
    expect(again.counters.recordsIn).toBe(2);
  });

  test('keeps the ledger, cutting off a line that a kill tore', async () => {
    const dataDir = temporaryDir();
    const there = await world((records) => ({ records: records.map(({ recordId }) => ({ recordId, result: 'Dropped', data: b64('why') })) }), { dataDir });
    await there.put('a');
    await there.firehose.drain();
    await there.firehose.stop();
    appendFileSync(join(dataDir, 'ledger.ndjson'), '{"shardId":"shard');
    const again = await there.restart();
    await there.put('b');
    await again.drain();
    expect(again.undelivered().map(({ result, data }) => [result, data])).toEqual([['Dropped', 'why'], ['Dropped', 'why']]);
    expect(Object.keys(JSON.parse(readFileSync(join(dataDir, 'positions.json'), 'utf8')))).toEqual(['shardId-000000000000']);
  });
});

test('a delivery stream without a source stream, or with a prefix that cannot be evaluated, does not start', async () => {
  await expect(world(upper, { stream: { sourceStreamArn: undefined } })).rejects.toThrow('DeliveryStream: expected KinesisStreamSourceConfiguration');
  await expect(world(upper, { stream: { prefix: '!{partitionKeyFromLambda:user}/' } })).rejects.toThrow('expression !{partitionKeyFromLambda:user} is not supported');
});
