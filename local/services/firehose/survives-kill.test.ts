import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterEach, expect, jest, test } from '@jest/globals';

// Six processes, each of which loads its modules, on cores that have other work.
jest.setTimeout(120_000);

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

/**
 * What a process was in the middle of when it was killed: it had written that records were dropped, and of the same
 * batch no object; S3 had an object more, and the process no answer yet; it had just handled that answer.
 */
type Moment = 'dropped' | 'stored' | 'answered';

/**
 * A process with Kinesis, S3 and a delivery stream that keep what they have under one folder. It puts records, each
 * tenth of which is dropped, and prints what was acknowledged, until it kills itself at the given moment; 'drained'
 * instead empties the stream and says so.
 */
const program = (dataDir: string, name: string, end: Moment | 'drained'): string => `
  import { readdirSync } from 'node:fs';
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
  const { StreamNames } = await kinesis.call('ListStreams', {});
  if (StreamNames.length === 0) await kinesis.call('CreateStream', { StreamName: 'events', ShardCount: 2 });
  const invoke = async (id, { records }) => ({
    payload: { records: records.map(({ recordId, data }) => ({ recordId, data, result: Buffer.from(data, 'base64').toString().endsWith('0\\n') ? 'Dropped' : 'Ok' })) },
  });
  const countObjects = () => readdirSync(join(dataDir, 'lake'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  const objectsAtStart = countObjects();
  const { counters, drain } = await startFirehose({
    stream: {
      logicalId: 'D', name: 'd', arn: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/d', sourceStreamArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/events',
      bucketArn: 'arn:aws:s3:::shop-lake', prefix: 'events/', errorOutputPrefix: '', bufferSizeMb: 1, bufferIntervalSeconds: 2, compression: 'GZIP', customTimeZone: 'UTC',
      transform: { functionArn: 'f', numberOfRetries: 0, bufferSizeMb: 1, bufferIntervalSeconds: 1 },
    },
    kinesis, invoker: { invoke }, s3Endpoint: url, clock, faults: noFaults, dataDir: join(dataDir, 'firehose'), deaggregate: () => [], lambdaArnToLogicalId: (arn) => arn,
  });
  if (${end === 'drained'}) {
    await drain();
    console.log('drained');
    process.exit();
  }
  const isTime = { dropped: () => counters.dropped > 0, stored: () => countObjects() > objectsAtStart, answered: () => counters.objects > 0 }[${JSON.stringify(end)}];
  const dieInTime = () => (isTime() ? process.kill(process.pid, 'SIGKILL') : setImmediate(dieInTime));
  dieInTime();
  for (let index = 0; ; index++) {
    const text = ${JSON.stringify(name)} + index + '\\n';
    const taken = await kinesis.call('PutRecord', { StreamName: 'events', PartitionKey: text, Data: Buffer.from(text).toString('base64') }).then(() => true, () => false);
    if (taken) process.stdout.write(text);
    if (index % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }`;

/** Runs it until it has ended; resolves with the lines it printed and the signal that it died of. */
async function live(dataDir: string, name: string, end: Moment | 'drained'): Promise<{ lines: string[]; signal: string | null }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(dataDir, name, end)], { env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  const [, signal] = await once(child, 'close');
  // The last line may have been torn by the kill.
  return { lines: output.split('\n').slice(0, -1), signal };
}

const filesUnder = (dir: string): string[] => readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));

test('killed again and again in the middle of delivery, each acknowledged record is in the lake or in the ledger', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const acknowledged: string[] = [];
  for (const [index, moment] of (['dropped', 'stored', 'answered', 'stored', 'dropped'] as const).entries()) {
    const { lines, signal } = await live(dataDir, `${index}-`, moment);
    expect(signal).toBe('SIGKILL');
    acknowledged.push(...lines);
  }
  expect(await live(dataDir, '', 'drained')).toEqual({ lines: ['drained'], signal: null });

  const delivered = filesUnder(join(dataDir, 'lake')).flatMap((file) => gunzipSync(readFileSync(file)).toString().split('\n'));
  const ledger = readFileSync(join(dataDir, 'firehose', 'ledger.ndjson'), 'utf8').trimEnd().split('\n').map((line): string => JSON.parse(line).data.trimEnd());
  const accountedFor = new Set([...delivered, ...ledger]);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.filter((line) => !accountedFor.has(line))).toEqual([]);
  expect(ledger.filter((line) => !line.endsWith('0'))).toEqual([]);
});
