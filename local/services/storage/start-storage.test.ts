import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, test } from '@jest/globals';

import { clockAtSpeed } from '../../clock.ts';
import { NO_FAULTS, noFaults, seededFaults } from '../../faults.ts';
import type { ObjectCreated } from './object-created.ts';
import { startStorage, type StorageOptions, type StorageService } from './start-storage.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const deadLetters = { name: 'alerts-dead', arn: 'arn:aws:sqs:eu-west-1:123456789012:alerts-dead', attributes: {} };
const alerts = {
  name: 'alerts',
  arn: 'arn:aws:sqs:eu-west-1:123456789012:alerts',
  attributes: { VisibilityTimeout: '0', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 1 }) },
};
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function storage(options: Partial<StorageOptions> = {}): Promise<{ service: StorageService; s3: S3Client; sqs: SQSClient }> {
  const service = await startStorage({
    port: 0,
    dataDir: undefined,
    clock: clockAtSpeed(1),
    faults: noFaults,
    buckets: [
      { logicalId: 'LakeBucket', name: 'shop-lake' },
      { logicalId: 'FailuresBucket', name: 'shop-failures' },
    ],
    queues: [deadLetters, alerts],
    ...options,
  });
  const client = { endpoint: service.url, region: 'eu-west-1', credentials, maxAttempts: 1 };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  cleanups.push(() => service.stop(), () => s3.destroy(), () => sqs.destroy());
  return { service, s3, sqs };
}

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-storage-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const put = (Key: string, Body: string | Buffer, more = {}): PutObjectCommand => new PutObjectCommand({ Bucket: 'shop-lake', Key, Body, ...more });
const body = async (s3: S3Client, Key: string): Promise<string> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'shop-lake', Key }));
  return (await Body?.transformToString()) ?? '';
};

test('a conditional put stores the first object and refuses the second', async () => {
  const { s3 } = await storage();
  await s3.send(put('quarantine/1.json', 'first', { IfNoneMatch: '*' }));
  await expect(s3.send(put('quarantine/1.json', 'second', { IfNoneMatch: '*' }))).rejects.toMatchObject({
    name: 'PreconditionFailed',
    $metadata: { httpStatusCode: 412 },
  });
  expect(await body(s3, 'quarantine/1.json')).toBe('first');
});

test('of ten conditional puts at once exactly one succeeds', async () => {
  const { s3 } = await storage();
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => s3.send(put('one', String(index), { IfNoneMatch: '*' }))));
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
});

test('a put that must match an etag replaces that version only', async () => {
  const { s3 } = await storage();
  const { ETag } = await s3.send(put('state', '1'));
  await s3.send(put('state', '2', { IfMatch: ETag }));
  await expect(s3.send(put('state', '3', { IfMatch: ETag }))).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(s3.send(put('absent', '3', { IfMatch: ETag }))).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('an object beyond 11 MiB, as Firehose writes them, is taken', async () => {
  const { s3 } = await storage();
  await s3.send(put('large', Buffer.alloc(12 * 1024 * 1024)));
  expect((await s3.send(new HeadObjectCommand({ Bucket: 'shop-lake', Key: 'large' }))).ContentLength).toBe(12_582_912);
});

test('listing pages through every key in the order of its bytes', async () => {
  const { s3 } = await storage();
  for (const key of ['a-b', 'aa', 'aB', 'a', 'Z', 'é', 'a/1', 'a/2']) await s3.send(put(key, 'x'));
  const keys: (string | undefined)[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: 'shop-lake', MaxKeys: 3, ContinuationToken }));
    keys.push(...(page.Contents ?? []).map((object) => object.Key));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  expect(keys).toEqual(['Z', 'a', 'a-b', 'a/1', 'a/2', 'aB', 'aa', 'é']);
  const folders = await s3.send(new ListObjectsV2Command({ Bucket: 'shop-lake', Prefix: 'a', Delimiter: '/' }));
  expect(folders.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
});

test('listeners hear of puts, copies and multipart uploads', async () => {
  const { service, s3 } = await storage();
  const heard: ObjectCreated[] = [];
  const stopHearing = service.onObjectCreated((created) => heard.push(created));
  await s3.send(put('frame.jpg', 'abc'));
  await s3.send(new CopyObjectCommand({ Bucket: 'shop-lake', Key: 'copy.jpg', CopySource: 'shop-lake/frame.jpg' }));
  const upload = { Bucket: 'shop-lake', Key: 'parts' };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
  const { ETag } = await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'xy' }));
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] } }));
  await s3.send(new DeleteObjectCommand({ Bucket: 'shop-lake', Key: 'parts' }));
  stopHearing();
  await s3.send(put('later', 'x'));
  expect(heard.map(({ eventName, key, sizeBytes }) => [eventName, key, sizeBytes])).toEqual([
    ['ObjectCreated:Put', 'frame.jpg', 3],
    ['ObjectCreated:Copy', 'copy.jpg', 3],
    ['ObjectCreated:CompleteMultipartUpload', 'parts', 2],
  ]);
  expect(heard[0]).toMatchObject({ bucket: 'shop-lake', etag: '900150983cd24fb0d6963f7d28e17f72' });
});

test('the lake is plain files with their real names', async () => {
  const dataDir = temporaryDir();
  const { s3 } = await storage({ dataDir });
  const key = 'events/year=2015/month=05/day=17/hour=10/DeliveryStream-1.gz';
  await s3.send(put(key, gzipSync('{"event_id":"1"}\n')));
  expect(gunzipSync(readFileSync(join(dataDir, 'lake', key))).toString()).toBe('{"event_id":"1"}\n');
  await s3.send(new DeleteObjectCommand({ Bucket: 'shop-lake', Key: key }));
  expect(() => readFileSync(join(dataDir, 'lake', key))).toThrow('ENOENT');
});

test.each(['../outside', 'a//b', 'folder/', './x', 'back\\slash', 'x'.repeat(300), 'events'])(
  'key %p, which cannot be a file beside "events/1", is an object all the same',
  async (key) => {
    const dataDir = temporaryDir();
    const first = await storage({ dataDir });
    await first.s3.send(put('events/1', 'one'));
    // The SDK normalises dots in paths, so this key is put as fauxqs would receive it from another client.
    if (/^\.|\/\/|\/$/.test(key)) {
      const encoded = key.split('/').map((part) => part.replaceAll('.', '%2E')).join('%2F');
      await fetch(`${first.service.url}/shop-lake/${encoded}`, { method: 'PUT', body: 'odd', headers: { 'content-type': 'text/plain' } });
    } else {
      await first.s3.send(put(key, 'odd'));
    }
    await first.service.stop();
    const { s3 } = await storage({ dataDir });
    const list = await s3.send(new ListObjectsV2Command({ Bucket: 'shop-lake' }));
    expect(list.Contents?.map((object) => object.Key).sort()).toEqual([key, 'events/1'].sort());
    expect(await body(s3, 'events/1')).toBe('one');
  },
);

test('at start, a file put by hand is an object, a changed one has its new bytes, a removed one is gone', async () => {
  const dataDir = temporaryDir();
  const first = await storage({ dataDir });
  for (const key of ['kept', 'changed', 'removed']) await first.s3.send(put(key, 'old'));
  await first.service.stop();
  writeFileSync(join(dataDir, 'lake', 'changed'), 'newer');
  writeFileSync(join(dataDir, 'lake', 'added'), 'by hand');
  rmSync(join(dataDir, 'lake', 'removed'));
  const { s3 } = await storage({ dataDir });
  const list = await s3.send(new ListObjectsV2Command({ Bucket: 'shop-lake' }));
  expect(list.Contents?.map((object) => [object.Key, object.Size])).toEqual([['added', 7], ['changed', 5], ['kept', 3]]);
  expect(await body(s3, 'changed')).toBe('newer');
});

test('objects and messages survive kill -9, on another port', async () => {
  const dataDir = temporaryDir();
  const program = `
    import { startStorage } from ${JSON.stringify(new URL('./start-storage.ts', import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL('../../clock.ts', import.meta.url).href)};
    import { noFaults } from ${JSON.stringify(new URL('../../faults.ts', import.meta.url).href)};
    const queues = ${JSON.stringify([deadLetters, alerts])};
    const buckets = [{ logicalId: 'LakeBucket', name: 'shop-lake' }];
    const { url } = await startStorage({ port: 0, dataDir: ${JSON.stringify(dataDir)}, clock: systemClock, faults: noFaults, buckets, queues });
    console.log(url);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())));
  const client = { endpoint: url, region: 'eu-west-1', credentials };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  await s3.send(put('events/1.gz', 'payload', { Metadata: { code: 'x' }, ContentType: 'application/gzip' }));
  await sqs.send(new SendMessageCommand({ QueueUrl: `${url}/123456789012/alerts`, MessageBody: 'alert' }));
  const closed = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await closed;
  s3.destroy();
  sqs.destroy();

  const again = await storage({ dataDir });
  const object = await again.s3.send(new GetObjectCommand({ Bucket: 'shop-lake', Key: 'events/1.gz' }));
  expect([await object.Body?.transformToString(), object.Metadata, object.ContentType]).toEqual(['payload', { code: 'x' }, 'application/gzip']);
  expect(again.service.queueUrl('alerts')).toBe(`${again.service.url}/123456789012/alerts`);
  const { Messages } = await again.sqs.send(new ReceiveMessageCommand({ QueueUrl: again.service.queueUrl('alerts') }));
  expect(Messages?.map((message) => message.Body)).toEqual(['alert']);
});

test('a queue has its url, attributes and dead-letter queue by the arns of the template', async () => {
  const { service, sqs } = await storage();
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'alerts' }));
  expect(QueueUrl).toBe(`${service.url}/123456789012/alerts`);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({ QueueArn: alerts.arn, VisibilityTimeout: '0' });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  expect(service.queueDepth('alerts')).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  for (let receive = 0; receive < 2; receive++) await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: service.queueUrl('alerts-dead') }));
  expect(Messages?.map((message) => message.Body)).toEqual(['poison']);
});

test('throttled calls get the refusals of S3 and SQS and have no effect', async () => {
  const { service, s3, sqs } = await storage({ faults: seededFaults(1, { ...NO_FAULTS, throttle: 1 }) });
  await expect(s3.send(put('x', '1'))).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
  await expect(sqs.send(new SendMessageCommand({ QueueUrl: service.queueUrl('alerts'), MessageBody: '1' }))).rejects.toMatchObject({ name: 'RequestThrottled' });
  expect(service.queueDepth('alerts').visible).toBe(0);
});

test('a call whose response is lost has had its effect', async () => {
  const { service, s3, sqs } = await storage({ faults: seededFaults(1, { ...NO_FAULTS, lostResponse: 1 }) });
  const heard: string[] = [];
  service.onObjectCreated((created) => heard.push(created.key));
  await expect(s3.send(put('x', '1'))).rejects.toThrow('socket hang up');
  await expect(sqs.send(new SendMessageCommand({ QueueUrl: service.queueUrl('alerts'), MessageBody: '1' }))).rejects.toThrow('socket hang up');
  expect([heard, service.queueDepth('alerts').visible]).toEqual([['x'], 1]);
});

test('a taken port is an error that says so, and a stopped service leaves its port closed', async () => {
  const { service } = await storage();
  const port = Number(new URL(service.url).port);
  await expect(storage({ port })).rejects.toThrow(`S3 and SQS: port ${port} on 127.0.0.1 is taken by another process.`);
  await service.stop();
  await expect(fetch(service.url)).rejects.toThrow('fetch failed');
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(port, '127.0.0.1', resolve));
  free.close();
});
