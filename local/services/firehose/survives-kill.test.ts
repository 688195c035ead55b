import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterEach, expect, test } from '@jest/globals';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

/**
 * A process with Kinesis, S3 and a delivery stream that keep what they have under one folder. It goes on putting
 * records, or drains what is there; every third record is dropped. It prints what it acknowledged or did.
 */
const program = (dataDir: string, mode: 'put' | 'drain'): string => `
  import { join } from 'node:path';
  const load = (path) => import(new URL(path, ${JSON.stringify(new URL('../../', import.meta.url).href)}));
  const { clockAtSpeed } = await load('clock.ts');
  const { noFaults } = await load('faults.ts');
  const { startKinesis } = await load('services/kinesis/service.ts');
  const { startStorage } = await load('services/storage/start-storage.ts');
  const { startFirehose } = await load('services/firehose/start-firehose.ts');
  const clock = clockAtSpeed(50);
  const dataDir = ${JSON.stringify(dataDir)};
  const common = { port: 0, clock, faults: noFaults, region: 'eu-west-1', accountId: '123456789012' };
  const kinesis = await startKinesis({ ...common, dataDir: join(dataDir, 'kinesis'), settings: { createStreamMs: 0 } });
  const { url } = await startStorage({ ...common, dataDir, buckets: [{ logicalId: 'LakeBucket', name: 'shop-lake' }], queues: [] });
  if (${mode === 'put'}) await kinesis.call('CreateStream', { StreamName: 'events', ShardCount: 2 });
  const invoke = async (id, { records }) => ({
    payload: { records: records.map(({ recordId, data }) => ({ recordId, data, result: Buffer.from(data, 'base64').toString().endsWith('0\\n') ? 'Dropped' : 'Ok' })) },
  });
  const firehose = await startFirehose({
    stream: {
      logicalId: 'D', name: 'd', arn: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/d', sourceStreamArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/events',
      bucketArn: 'arn:aws:s3:::shop-lake', prefix: 'events/', errorOutputPrefix: '', bufferSizeMb: 1, bufferIntervalSeconds: 2, compression: 'GZIP', customTimeZone: 'UTC',
      transform: { functionArn: 'f', numberOfRetries: 0, bufferSizeMb: 1, bufferIntervalSeconds: 1 },
    },
    kinesis, invoker: { invoke }, s3Endpoint: url, clock, faults: noFaults, dataDir: join(dataDir, 'firehose'), deaggregate: () => [], lambdaArnToLogicalId: (arn) => arn,
  });
  if (${mode === 'drain'}) {
    await firehose.drain();
    console.log('drained');
    process.exit();
  }
  for (let index = 0; ; index++) {
    const text = String(index) + '\\n';
    const taken = await kinesis.call('PutRecord', { StreamName: 'events', PartitionKey: text, Data: Buffer.from(text).toString('base64') }).then(() => true, () => false);
    if (taken) console.log(index);
    if (index % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }`;

function run(dataDir: string, mode: 'put' | 'drain'): { lines: () => string[]; kill: () => void; ended: Promise<unknown> } {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(dataDir, mode)], { env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  const kill = (): void => void child.kill('SIGKILL');
  cleanups.push(kill);
  // The last line may have been torn by the kill.
  return { lines: () => output.split('\n').slice(0, -1), kill, ended: new Promise((resolve) => child.once('close', resolve)) };
}

const filesUnder = (dir: string): string[] => readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));

test('killed again and again in the middle of delivery, each acknowledged record is in the lake or in the ledger', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const putting = run(dataDir, 'put');
  while (putting.lines().length < 1500) await new Promise((resolve) => setTimeout(resolve, 5));
  putting.kill();
  await putting.ended;
  const acknowledged = putting.lines();
  for (const lifeMs of [250, 300]) {
    const life = run(dataDir, 'drain');
    setTimeout(life.kill, lifeMs);
    await life.ended;
  }
  const last = run(dataDir, 'drain');
  await last.ended;
  expect(last.lines()).toEqual(['drained']);

  const delivered = filesUnder(join(dataDir, 'lake')).flatMap((file) => gunzipSync(readFileSync(file)).toString().split('\n'));
  const ledger = readFileSync(join(dataDir, 'firehose', 'ledger.ndjson'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line).data.trimEnd());
  const accountedFor = new Set([...delivered, ...ledger]);
  expect(acknowledged.filter((line) => !accountedFor.has(line))).toEqual([]);
  expect(ledger.every((line: string) => line.endsWith('0'))).toBe(true);
});
