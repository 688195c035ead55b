import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterEach, expect } from '@jest/globals';

import { deaggregate } from '../../../core/domain/kpl/deaggregate.ts';
import { clockAtSpeed } from '../../clock.ts';
import { noFaults, type Faults } from '../../faults.ts';
import type { Invocation } from '../../invoke/invocation.ts';
import type { DeliveryStream } from '../../template/deployment.ts';
import { startKinesis, type KinesisService } from '../kinesis/service.ts';
import { startStorage } from '../storage/start-storage.ts';
import { startFirehose, type FirehoseService } from './start-firehose.ts';

export const region = 'eu-west-1';
const accountId = '123456789012';
export const functionArn = `arn:aws:lambda:${region}:${accountId}:function:transform`;
export const stream: DeliveryStream = {
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

export interface RecordIn {
  recordId: string;
  data: string;
  kinesisRecordMetadata: { shardId: string; partitionKey: string; sequenceNumber: string; subsequenceNumber: number };
}
export type Handler = (records: RecordIn[], call: number) => unknown;

export const text = (data: string): string => Buffer.from(data, 'base64').toString();
export const b64 = (data: string): string => Buffer.from(data).toString('base64');
export const upper: Handler = (records) => ({ records: records.map(({ recordId, data }) => ({ recordId, result: 'Ok', data: b64(`${text(data).toUpperCase()}\n`) })) });
const invocation = (payload: unknown, functionError?: 'Unhandled'): Invocation => ({ requestId: 'r', payload, functionError, logs: [], metrics: [], coldStart: false, durationMs: 1 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

export interface World {
  kinesis: KinesisService;
  firehose: FirehoseService;
  invocations: { records: RecordIn[] }[];
  put(...data: string[]): Promise<void>;
  objects(prefix?: string): Promise<{ key: string; body: string }[]>;
  /** Another delivery stream on the same services, as after a restart. */
  restart(): Promise<FirehoseService>;
}

export async function world(handler: Handler, options: { stream?: Partial<DeliveryStream>; faults?: Faults; storageFaults?: Faults; dataDir?: string; speed?: number } = {}): Promise<World> {
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

export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-firehose-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export const linesOf = async ({ objects }: World, prefix = 'events/'): Promise<string[]> => (await objects(prefix)).flatMap(({ body }) => body.split('\n').filter(Boolean)).sort();
