import { describe, expect, test } from '@jest/globals';
import { SplitShardCommand } from '@aws-sdk/client-kinesis';
import { activeStream, manualClock, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite({ settings: { accountShardLimit: 2 } });
const clock = manualClock();
const slow = kinesisSuite({ clock, settings: { splitShardMs: 50 } });
const SHARD = 'shardId-000000000000';
const EDGE = (key: string): object => ({
  type: 'InvalidArgumentException',
  message:
    `NewStartingHashKey ${key} used in SplitShard() on shard shardId-000000000000 in stream s under account 123456789012 is not both greater than one plus the shard's ` +
    "StartingHashKey 0 and less than the shard's EndingHashKey 340282366920938463463374607431768211455.",
});

describe('SplitShard', () => {
  test.each([
    [{ StreamName: 's' }, violations("Value null at 'newStartingHashKey' failed: Member must not be null", "Value null at 'shardToSplit' failed: Member must not be null")],
    [{ StreamName: 'nope', ShardToSplit: SHARD, NewStartingHashKey: '5' }, streamNotFound('nope')],
    [{ StreamName: 's', ShardToSplit: 'shardId-5', NewStartingHashKey: '5' }, { type: 'ResourceNotFoundException', message: 'Could not find shard shardId-000000000005 in stream s under account 123456789012.' }],
    [{ StreamName: 's', ShardToSplit: SHARD, NewStartingHashKey: '0' }, EDGE('0')],
    [{ StreamName: 's', ShardToSplit: SHARD, NewStartingHashKey: '1' }, EDGE('1')],
    [{ StreamName: 's', ShardToSplit: SHARD, NewStartingHashKey: '340282366920938463463374607431768211455' }, EDGE('340282366920938463463374607431768211455')],
  ])('refuses %j', async (input, refusal) => {
    await suite.service.call('CreateStream', { StreamName: 's', ShardCount: 1 }).catch(() => undefined);
    await untilActive(suite.service, 's');
    expect(await suite.refusal('SplitShard', input)).toEqual(refusal);
  });

  test('takes records in the parent while it runs, and then in two children', async () => {
    await activeStream(slow.service, 'split', 1);
    await slow.client.send(new SplitShardCommand({ StreamName: 'split', ShardToSplit: SHARD, NewStartingHashKey: '2' }));
    const put = async (ExplicitHashKey: string): Promise<string> => (await slow.service.call('PutRecord', { StreamName: 'split', PartitionKey: 'k', Data: '', ExplicitHashKey })).ShardId.slice(-1);
    expect(await put('2')).toBe('0');
    expect(await slow.refusal('SplitShard', { StreamName: 'split', ShardToSplit: SHARD, NewStartingHashKey: '2' })).toEqual({
      type: 'ResourceInUseException', message: 'Stream split under account 123456789012 not ACTIVE, instead in state UPDATING',
    });
    await clock.advance(50);
    await untilActive(slow.service, 'split');
    expect([await put('1'), await put('2')]).toEqual(['1', '2']);
    const { Shards: [parent, left, right] } = await slow.service.call('ListShards', { StreamName: 'split' });
    expect(parent.SequenceNumberRange.EndingSequenceNumber).toMatch(/^\d{56}$/);
    expect([left.HashKeyRange, left.ParentShardId]).toEqual([{ StartingHashKey: '0', EndingHashKey: '1' }, SHARD]);
    expect([right.HashKeyRange.StartingHashKey, right.ParentShardId]).toEqual(['2', SHARD]);
    expect(await slow.refusal('SplitShard', { StreamName: 'split', ShardToSplit: SHARD, NewStartingHashKey: '9' })).toMatchObject({ type: 'InvalidArgumentException' });
  });

  test('refuses to go beyond the account’s shards', async () => {
    await activeStream(suite.service, 'full', 1);
    expect(await suite.refusal('SplitShard', { StreamName: 'full', ShardToSplit: SHARD, NewStartingHashKey: '9' })).toMatchObject({
      type: 'LimitExceededException', message: expect.stringContaining('Current shard count for the account: 2. Limit: 2. Number of additional shards that would have resulted from this request: 1.'),
    });
  });

  test('refuses an on-demand stream', async () => {
    await suite.service.call('CreateStream', { StreamName: 'demand', StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    await untilActive(suite.service, 'demand');
    expect(await suite.refusal('SplitShard', { StreamName: 'demand', ShardToSplit: SHARD, NewStartingHashKey: '9' })).toMatchObject({ type: 'ValidationException' });
  });
});
