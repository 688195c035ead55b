import { describe, expect, test } from '@jest/globals';
import { ListShardsCommand } from '@aws-sdk/client-kinesis';
import type { ListShardsCommandInput } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX, manualClock, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock();
const suite = kinesisSuite({ clock });
const ids = async (input: ListShardsCommandInput): Promise<string[]> => (await suite.client.send(new ListShardsCommand(input))).Shards!.map(({ ShardId }) => ShardId!.slice(-1));

describe('ListShards', () => {
  test.each([
    [{}, { type: 'InvalidArgumentException', message: 'Either NextToken or StreamName should be provided.' }],
    [{ StreamName: 'nope' }, streamNotFound('nope')],
    [{ StreamName: 's', NextToken: 'x' }, { type: 'InvalidArgumentException', message: 'NextToken and StreamName cannot be provided together.' }],
    [{ NextToken: 'x' }, { type: 'InvalidArgumentException', message: 'NextToken is invalid.' }],
    [{ StreamName: 's', MaxResults: 0 }, violations("Value '0' at 'maxResults' failed: Member must have value greater than or equal to 1")],
    [{ StreamName: 's', ShardFilter: {} }, violations("Value null at 'shardFilter.type' failed: Member must not be null")],
  ])('refuses %j', async (input, refusal) => {
    expect(await suite.refusal('ListShards', input)).toEqual(refusal);
  });

  test('filters by when shards were open', async () => {
    const startedSeconds = clock.now() / 1000;
    await activeStream(suite.service, 's', 1);
    await clock.advance(10_000);
    await suite.service.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '1000' });
    await untilActive(suite.service, 's');
    await clock.advance(10_000);
    await suite.service.call('MergeShards', { StreamName: 's', ShardToMerge: 'shardId-000000000001', AdjacentShardToMerge: 'shardId-000000000002' });
    await untilActive(suite.service, 's');
    await clock.advance(10_000);

    const StreamARN = `${ARN_PREFIX}s`;
    const at = (seconds: number): Date => new Date((startedSeconds + seconds) * 1000);
    expect(await ids({ StreamARN })).toEqual(['0', '1', '2', '3']);
    expect(await ids({ StreamARN, ShardFilter: { Type: 'AT_LATEST' } })).toEqual(['3']);
    expect(await ids({ StreamARN, ShardFilter: { Type: 'AT_TRIM_HORIZON' } })).toEqual(['0']);
    expect(await ids({ StreamARN, ShardFilter: { Type: 'FROM_TRIM_HORIZON' } })).toEqual(['0', '1', '2', '3']);
    expect(await ids({ StreamARN, ShardFilter: { Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000001' } })).toEqual(['2', '3']);
    expect(await ids({ StreamARN, ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp: at(5) } })).toEqual(['0']);
    expect(await ids({ StreamARN, ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp: at(15) } })).toEqual(['1', '2']);
    expect(await ids({ StreamARN, ShardFilter: { Type: 'FROM_TIMESTAMP', Timestamp: at(15) } })).toEqual(['1', '2', '3']);
    expect(await ids({ StreamARN, ShardFilter: { Type: 'FROM_TIMESTAMP', Timestamp: at(25) } })).toEqual(['3']);
    expect(await suite.refusal('ListShards', { StreamARN, ShardFilter: { Type: 'AT_TIMESTAMP' } })).toMatchObject({ type: 'InvalidArgumentException' });
  });

  test('pages with a token that keeps the filter and expires after five minutes', async () => {
    await activeStream(suite.service, 'paged', 5);
    const first = await suite.client.send(new ListShardsCommand({ StreamName: 'paged', MaxResults: 2, ShardFilter: { Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000000' } }));
    expect(first.Shards!.map(({ ShardId }) => ShardId!.slice(-1))).toEqual(['1', '2']);
    expect(await ids({ NextToken: first.NextToken })).toEqual(['3', '4']);
    await clock.advance(300_000);
    expect(await ids({ NextToken: first.NextToken })).toEqual(['3', '4']);
    await clock.advance(1);
    expect(await suite.refusal('ListShards', { NextToken: first.NextToken })).toMatchObject({ type: 'ExpiredNextTokenException' });
  });
});
