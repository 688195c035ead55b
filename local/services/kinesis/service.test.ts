import { afterEach, describe, expect, test } from '@jest/globals';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { activeStream, manualClock, readShard, sdkClient, startTestKinesis, untilActive } from '../../../tests/support/kinesis-service.ts';
import { seededFaults } from '../../faults.ts';
import type { KinesisOptions, KinesisService } from './service.ts';

const running: KinesisService[] = [];
const directories: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function start(options: Partial<KinesisOptions> = {}): Promise<KinesisService> {
  const service = await startTestKinesis(options);
  running.push(service);
  return service;
}

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kinesis-'));
  directories.push(directory);
  return directory;
}

const record = (key: string, bytes = 10): { PartitionKey: string; Data: string } => ({ PartitionKey: key, Data: Buffer.alloc(bytes, 'x').toString('base64') });
const THROTTLED = {
  ErrorCode: 'ProvisionedThroughputExceededException',
  ErrorMessage: 'Rate exceeded for shard shardId-000000000000 in stream s under account 123456789012.',
};
const refusal = (name: string, message: string): object => expect.objectContaining({ name, message });

describe('the write limits of a shard', () => {
  test('take 1,000 records in a second and refuse each one beyond by itself', async () => {
    const clock = manualClock();
    const service = await start({ clock });
    await activeStream(service, 's');
    const put = (count: number): Promise<{ FailedRecordCount: number; Records: object[] }> =>
      service.call('PutRecords', { StreamName: 's', Records: Array.from({ length: count }, () => record('k')) });
    expect((await put(500)).FailedRecordCount).toBe(0);
    expect((await put(499)).FailedRecordCount).toBe(0);
    const { FailedRecordCount, Records } = await put(3);
    expect(FailedRecordCount).toBe(2);
    expect(Records).toEqual([{ SequenceNumber: expect.any(String), ShardId: 'shardId-000000000000' }, THROTTLED, THROTTLED]);
    await expect(service.call('PutRecord', { StreamName: 's', ...record('k') })).rejects.toEqual(refusal(THROTTLED.ErrorCode, THROTTLED.ErrorMessage));
    await clock.advance(1);
    await service.call('PutRecord', { StreamName: 's', ...record('k') });
    expect(service.metrics()).toEqual([
      expect.objectContaining({ streamName: 's', shardId: 'shardId-000000000000', IncomingRecords: 1001, IncomingBytes: 11_011, WriteProvisionedThroughputExceeded: 3 }),
    ]);
  });

  test('take 1 MiB of data and keys in a second, and one byte more after one microsecond of refill', async () => {
    const clock = manualClock();
    const service = await start({ clock });
    await activeStream(service, 's');
    await service.call('PutRecord', { StreamName: 's', ...record('k', 1_048_575) });
    await expect(service.call('PutRecord', { StreamName: 's', ...record('k', 0) })).rejects.toEqual(refusal(THROTTLED.ErrorCode, THROTTLED.ErrorMessage));
    await clock.advance(1);
    await service.call('PutRecord', { StreamName: 's', ...record('k', 0) });
  });

  test('are a shard’s own: another shard takes records meanwhile', async () => {
    const service = await start({ clock: manualClock() });
    await activeStream(service, 's', 2);
    const Records = Array.from({ length: 500 }, () => ({ ...record('k'), ExplicitHashKey: '0' }));
    for (let call = 0; call < 2; call++) await service.call('PutRecords', { StreamName: 's', Records });
    const { Records: results } = await service.call('PutRecords', { StreamName: 's', Records: [Records[0], { ...record('k'), ExplicitHashKey: String((1n << 128n) - 1n) }] });
    expect(results).toEqual([THROTTLED, { SequenceNumber: expect.any(String), ShardId: 'shardId-000000000001' }]);
  });

  test('an injected throttle refuses records one by one, by the seed', async () => {
    const service = await start({ faults: seededFaults(7, { throttle: 0.5, lostResponse: 0, crash: 0, duplicate: 0 }) });
    await activeStream(service, 's');
    const { FailedRecordCount, Records } = await service.call('PutRecords', { StreamName: 's', Records: Array.from({ length: 100 }, () => record('k')) });
    expect(FailedRecordCount).toBeGreaterThan(30);
    expect(FailedRecordCount).toBeLessThan(70);
    expect(Records.filter((result: object) => 'ErrorCode' in result)).toHaveLength(FailedRecordCount);
  });
});

describe('splits and merges under load', () => {
  test('lose nothing and keep the order of every key', async () => {
    const service = await start({ settings: { writeRecordsPerSecond: Infinity, writeBytesPerSecond: Infinity, readCallsPerSecond: Infinity, splitShardMs: 20, mergeShardsMs: 20, updateShardCountStepMs: 10 } });
    await activeStream(service, 's', 2);
    const client = sdkClient(service.url);
    let stopped = false;
    let round = 0;
    const producer = (async () => {
      for (; !stopped; round++) {
        const Records = Array.from({ length: 40 }, (_, key) => ({ PartitionKey: `key-${key}`, Data: Buffer.from(String(round)) }));
        const { FailedRecordCount } = await client.send(new PutRecordsCommand({ StreamName: 's', Records }));
        expect(FailedRecordCount).toBe(0);
      }
    })();
    const moreRounds = async (): Promise<void> => {
      for (const until = round + 2; round < until; ) await delay(1);
    };
    await moreRounds();
    await service.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-000000000001', NewStartingHashKey: String(3n << 126n) });
    await untilActive(service, 's');
    await moreRounds();
    await service.call('MergeShards', { StreamName: 's', ShardToMerge: 'shardId-000000000000', AdjacentShardToMerge: 'shardId-000000000002' });
    await untilActive(service, 's');
    await moreRounds();
    await service.call('UpdateShardCount', { StreamName: 's', TargetShardCount: 3, ScalingType: 'UNIFORM_SCALING' });
    await untilActive(service, 's');
    await moreRounds();
    stopped = true;
    await producer;
    client.destroy();

    const { Shards } = await service.call('ListShards', { StreamName: 's' });
    const records = [];
    for (const { ShardId } of Shards) records.push(...(await readShard(service, 's', ShardId)));
    const byKey = new Map<string, { number: bigint; round: number }[]>();
    for (const { PartitionKey, SequenceNumber, Data } of records) {
      const ofKey = byKey.get(PartitionKey) ?? [];
      ofKey.push({ number: BigInt(SequenceNumber), round: Number(Buffer.from(Data, 'base64').toString()) });
      byKey.set(PartitionKey, ofKey);
    }
    expect(Shards.length).toBeGreaterThan(6);
    expect(byKey.size).toBe(40);
    // In the order of the sequence numbers, across parents and children, a key's rounds are 0, 1, 2 …
    for (const ofKey of byKey.values()) {
      expect(ofKey.sort((a, b) => (a.number < b.number ? -1 : 1)).map((one) => one.round)).toEqual(Array.from({ length: round }, (_, index) => index));
    }
  });
});

describe('a data folder', () => {
  test('keeps streams, shards, records, tags, consumers and iterators over a stop and a start', async () => {
    const dataDir = newDirectory();
    const first = await start({ dataDir });
    await activeStream(first, 's', 1);
    await first.call('PutRecord', { StreamName: 's', ...record('before') });
    const { ShardIterator } = await first.call('GetShardIterator', { StreamName: 's', ShardId: 'shardId-000000000000', ShardIteratorType: 'LATEST' });
    await first.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '1000' });
    await untilActive(first, 's');
    await first.call('AddTagsToStream', { StreamName: 's', Tags: { team: 'fraud' } });
    await first.call('RegisterStreamConsumer', { StreamARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/s', ConsumerName: 'c' });
    const shards = await first.call('ListShards', { StreamName: 's' });
    await first.stop();

    const second = await start({ dataDir });
    expect(await second.call('ListShards', { StreamName: 's' })).toEqual(shards);
    expect(await second.call('ListTagsForStream', { StreamName: 's' })).toMatchObject({ Tags: [{ Key: 'team', Value: 'fraud' }] });
    expect((await second.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary.ConsumerCount).toBe(1);
    expect((await readShard(second, 's', 'shardId-000000000000')).map(({ PartitionKey }) => PartitionKey)).toEqual(['before']);
    expect(await second.call('GetRecords', { ShardIterator })).toMatchObject({ Records: [], NextShardIterator: null });
    const { SequenceNumber } = await second.call('PutRecord', { StreamName: 's', ...record('after') });
    expect(BigInt(SequenceNumber) > BigInt(shards.Shards[0].SequenceNumberRange.EndingSequenceNumber)).toBe(true);
  });

  test('finishes after a start what a stop interrupted', async () => {
    const dataDir = newDirectory();
    const first = await start({ dataDir, settings: { splitShardMs: 60_000 } });
    await activeStream(first, 's', 1);
    await first.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '1000' });
    await first.stop();
    const clock = manualClock(Date.now() + 60_001);
    const second = await start({ dataDir, clock });
    await untilActive(second, 's');
    expect((await second.call('ListShards', { StreamName: 's', ShardFilter: { Type: 'AT_LATEST' } })).Shards).toHaveLength(2);
  });

  test('has every record that was acknowledged before kill -9, once and in order', async () => {
    const dataDir = newDirectory();
    const child = fork(join(process.cwd(), 'tests/support/kinesis-to-kill.ts'), [dataDir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const acknowledged: string[] = [];
    child.on('message', (numbers: string[]) => {
      acknowledged.push(...numbers);
      if (acknowledged.length > 2000) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    const service = await start({ dataDir, settings: { readCallsPerSecond: Infinity, readBytesPerSecond: Infinity } });
    const numbers = (await readShard(service, 's', 'shardId-000000000000')).map(({ SequenceNumber }) => SequenceNumber);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.slice(0, acknowledged.length)).toEqual(acknowledged);
  });
});

describe('retention', () => {
  const HOUR_MS = 3_600_000;

  test('trims records and closed shards by the clock, and an increase does not bring them back', async () => {
    const clock = manualClock();
    const service = await start({ clock, settings: { readCallsPerSecond: Infinity } });
    await activeStream(service, 's', 1);
    await service.call('PutRecord', { StreamName: 's', ...record('old') });
    await clock.advance(1);
    await service.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: String(1n << 127n) });
    await clock.advance(HOUR_MS);
    await service.call('PutRecord', { StreamName: 's', ...record('young') });
    const keys = async (): Promise<string[]> => {
      const { Shards } = await service.call('ListShards', { StreamName: 's' });
      const found = [];
      for (const { ShardId } of Shards) found.push(...(await readShard(service, 's', ShardId)).map(({ PartitionKey }) => PartitionKey));
      return [...Shards.map(({ ShardId }: { ShardId: string }) => ShardId.slice(-1)), ...found];
    };
    expect(await keys()).toEqual(['0', '1', '2', 'old', 'young']);
    await clock.advance(23 * HOUR_MS);
    // 24 hours and 1 ms after the old record, exactly 24 hours after its shard closed.
    expect(await keys()).toEqual(['0', '1', '2', 'young']);
    await service.call('IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 48 });
    await clock.advance(0);
    expect(await keys()).toEqual(['0', '1', '2', 'young']);
    await service.call('DecreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 24 });
    await clock.advance(1);
    expect(await keys()).toEqual(['1', '2', 'young']);
  });
});

describe('onAppend', () => {
  test('hands over each shard’s records in order, once they are stored, until it is ended', async () => {
    const service = await start({ dataDir: newDirectory() });
    await activeStream(service, 's', 1);
    const seen: string[] = [];
    const end = service.onAppend((streamName, shardId, records) => seen.push(...records.map(({ partitionKey, data }) => `${streamName} ${shardId.slice(-1)} ${partitionKey} ${data}`)));
    await service.call('PutRecords', { StreamName: 's', Records: [record('a', 1), record('b', 1)] });
    end();
    await service.call('PutRecord', { StreamName: 's', ...record('c', 1) });
    expect(seen).toEqual(['s 0 a eA==', 's 0 b eA==']);
  });
});

describe('calls a second', () => {
  test('beyond a setting are refused with LimitExceededException', async () => {
    const clock = manualClock();
    const service = await start({ clock, settings: { callsPerSecond: { ListShards: 2 } } });
    await activeStream(service, 's', 1);
    const list = (): Promise<object> => service.call('ListShards', { StreamName: 's' });
    await list();
    await list();
    await expect(list()).rejects.toEqual(refusal('LimitExceededException', 'Rate exceeded for stream s under account 123456789012.'));
    await clock.advance(500);
    await list();
  });
});
