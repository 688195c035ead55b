import { describe, expect, test } from '@jest/globals';
import { GetRecordsCommand } from '@aws-sdk/client-kinesis';
import { activeStream, manualClock, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock(Date.UTC(2026, 0, 22, 1, 22, 2));
const suite = kinesisSuite({ clock, settings: { writeRecordsPerSecond: Infinity, writeBytesPerSecond: Infinity } });
const RATE = (streamName: string): object => ({
  type: 'ProvisionedThroughputExceededException', message: `Rate exceeded for shard shardId-000000000000 in stream ${streamName} under account 123456789012.`,
});

async function horizon(streamName: string): Promise<string> {
  return (await suite.service.call('GetShardIterator', { StreamName: streamName, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' })).ShardIterator;
}
const put = (streamName: string, count: number, bytes = 1): Promise<object> =>
  suite.service.call('PutRecords', { StreamName: streamName, Records: Array.from({ length: count }, () => ({ PartitionKey: 'k', Data: Buffer.alloc(bytes).toString('base64') })) });

describe('GetRecords', () => {
  test.each([
    [{}, violations("Value null at 'shardIterator' failed: Member must not be null")],
    [{ ShardIterator: '', Limit: 0 }, violations("Value '0' at 'limit' failed: Member must have value greater than or equal to 1", "Value '' at 'shardIterator' failed: Member must have length greater than or equal to 1")],
    [{ ShardIterator: 'a', Limit: 10_001 }, violations("Value '10001' at 'limit' failed: Member must have value less than or equal to 10000")],
    [{ ShardIterator: 'abc' }, { type: 'InvalidArgumentException', message: 'Invalid ShardIterator.' }],
  ])('refuses %j', async (input, refusal) => {
    expect(await suite.refusal('GetRecords', input)).toEqual(refusal);
  });

  test('refuses an iterator of which one character was changed', async () => {
    await activeStream(suite.service, 'changed');
    const iterator = await horizon('changed');
    expect(await suite.refusal('GetRecords', { ShardIterator: `${iterator.slice(0, 40)}${iterator[40] === 'A' ? 'B' : 'A'}${iterator.slice(41)}` })).toMatchObject({ message: 'Invalid ShardIterator.' });
  });

  test('takes an iterator for five minutes and not a millisecond longer', async () => {
    await activeStream(suite.service, 'expiring');
    const ShardIterator = await horizon('expiring');
    await clock.advance(300_000);
    await suite.service.call('GetRecords', { ShardIterator });
    await clock.advance(1);
    expect(await suite.refusal('GetRecords', { ShardIterator })).toEqual({
      type: 'ExpiredIteratorException',
      message:
        'Iterator expired. The iterator was created at time Thu Jan 22 01:22:02 UTC 2026 while right now it is Thu Jan 22 01:27:02 UTC 2026 ' +
        'which is further in the future than the tolerated delay of 300000 milliseconds.',
    });
  });

  test('reads in pages and says how far behind it is', async () => {
    await activeStream(suite.service, 'paged');
    await put('paged', 2);
    await clock.advance(1500);
    await put('paged', 1);
    await clock.advance(500);
    const first = await suite.client.send(new GetRecordsCommand({ ShardIterator: await horizon('paged'), Limit: 2 }));
    expect([first.Records!.length, first.MillisBehindLatest, first.ChildShards]).toEqual([2, 2000, undefined]);
    expect(first.Records![0]!.ApproximateArrivalTimestamp!.getTime()).toBe(clock.now() - 2000);
    const second = await suite.client.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));
    expect([second.Records!.length, second.MillisBehindLatest]).toEqual([1, 0]);
    const third = await suite.client.send(new GetRecordsCommand({ ShardIterator: second.NextShardIterator }));
    expect([third.Records, third.MillisBehindLatest, typeof third.NextShardIterator]).toEqual([[], 0, 'string']);
  });

  test('allows five calls a second for a shard', async () => {
    await activeStream(suite.service, 'calls');
    const ShardIterator = await horizon('calls');
    for (let call = 0; call < 5; call++) await suite.service.call('GetRecords', { ShardIterator });
    expect(await suite.refusal('GetRecords', { ShardIterator })).toEqual(RATE('calls'));
    await clock.advance(199);
    expect(await suite.refusal('GetRecords', { ShardIterator })).toEqual(RATE('calls'));
    await clock.advance(1);
    await suite.service.call('GetRecords', { ShardIterator });
    expect(suite.service.metrics().findLast(({ streamName }) => streamName === 'calls')).toMatchObject({ ReadProvisionedThroughputExceeded: 2 });
  });

  test('returns at most 10 MiB, after which the shard refuses for five seconds', async () => {
    await activeStream(suite.service, 'large');
    for (let call = 0; call < 2; call++) await put('large', 10, 1_048_575);
    const { Records, NextShardIterator } = await suite.service.call('GetRecords', { ShardIterator: await horizon('large') });
    expect(Records).toHaveLength(10);
    await clock.advance(5000);
    expect(await suite.refusal('GetRecords', { ShardIterator: NextShardIterator })).toEqual(RATE('large'));
    await clock.advance(1);
    expect((await suite.service.call('GetRecords', { ShardIterator: NextShardIterator })).Records).toHaveLength(10);
  });

  test('returns at most 10,000 records', async () => {
    await activeStream(suite.service, 'many');
    for (let call = 0; call < 21; call++) await put('many', 500);
    const { Records, MillisBehindLatest } = await suite.service.call('GetRecords', { ShardIterator: await horizon('many') });
    expect([Records.length, MillisBehindLatest]).toEqual([10_000, 0]);
  });

  test('at the end of a closed shard names its children and gives no iterator', async () => {
    await activeStream(suite.service, 'split');
    await put('split', 1);
    const iterator = await horizon('split');
    await suite.service.call('SplitShard', { StreamName: 'split', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '1000' });
    await untilActive(suite.service, 'split');
    const answer = await suite.service.call('GetRecords', { ShardIterator: iterator });
    expect(answer).toMatchObject({
      Records: [{ PartitionKey: 'k' }],
      NextShardIterator: null,
      ChildShards: [
        { ShardId: 'shardId-000000000001', ParentShards: ['shardId-000000000000'], HashKeyRange: { StartingHashKey: '0', EndingHashKey: '999' } },
        { ShardId: 'shardId-000000000002', ParentShards: ['shardId-000000000000'], HashKeyRange: { StartingHashKey: '1000', EndingHashKey: '340282366920938463463374607431768211455' } },
      ],
    });
  });
});
