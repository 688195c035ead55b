import { describe, expect, test } from '@jest/globals';
import { MergeShardsCommand } from '@aws-sdk/client-kinesis';
import { activeStream, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();
const pair = (one: number, other: number): object => ({ StreamName: 's', ShardToMerge: `shardId-${one}`, AdjacentShardToMerge: `shardId-${other}` });
const NOT_ADJACENT = (one: number, other: number): object => ({
  type: 'InvalidArgumentException',
  message: `Shards shardId-00000000000${one} and shardId-00000000000${other} in stream s under account 123456789012 are not an adjacent pair of shards eligible for merging`,
});

describe('MergeShards', () => {
  test.each([
    [{ StreamName: 's' }, violations("Value null at 'adjacentShardToMerge' failed: Member must not be null", "Value null at 'shardToMerge' failed: Member must not be null")],
    [{ ...pair(0, 1), StreamName: 'nope' }, streamNotFound('nope')],
    [pair(0, 5), { type: 'ResourceNotFoundException', message: 'Could not find shard shardId-000000000005 in stream s under account 123456789012.' }],
    [pair(0, 2), NOT_ADJACENT(0, 2)],
    [pair(1, 0), NOT_ADJACENT(1, 0)],
    [pair(0, 0), NOT_ADJACENT(0, 0)],
  ])('refuses %j', async (input, refusal) => {
    await suite.service.call('CreateStream', { StreamName: 's', ShardCount: 3 }).catch(() => undefined);
    await untilActive(suite.service, 's');
    expect(await suite.refusal('MergeShards', input)).toEqual(refusal);
  });

  test('gives the two shards one child', async () => {
    await activeStream(suite.service, 'merged', 3);
    await suite.client.send(new MergeShardsCommand({ StreamName: 'merged', ShardToMerge: 'shardId-000000000001', AdjacentShardToMerge: 'shardId-000000000002' }));
    await untilActive(suite.service, 'merged');
    const { Shards } = await suite.service.call('ListShards', { StreamName: 'merged', ShardFilter: { Type: 'AT_LATEST' } });
    expect(Shards).toEqual([
      expect.objectContaining({ ShardId: 'shardId-000000000000' }),
      expect.objectContaining({
        ShardId: 'shardId-000000000003', ParentShardId: 'shardId-000000000001', AdjacentParentShardId: 'shardId-000000000002',
        HashKeyRange: { StartingHashKey: '113427455640312821154458202477256070485', EndingHashKey: '340282366920938463463374607431768211455' },
      }),
    ]);
    expect(await suite.refusal('MergeShards', { StreamName: 'merged', ShardToMerge: 'shardId-1', AdjacentShardToMerge: 'shardId-2' })).toMatchObject({ type: 'InvalidArgumentException' });
  });
});
