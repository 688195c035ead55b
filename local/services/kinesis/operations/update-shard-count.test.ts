import { describe, expect, test } from '@jest/globals';
import { UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { activeStream, manualClock, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock();
const suite = kinesisSuite({ clock, settings: { accountShardLimit: 60, updateShardCountStepMs: 1000 } });
const request = (StreamName: string, TargetShardCount: number): object => ({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' });
const HOUR_MS = 3_600_000;

async function openShards(streamName: string): Promise<{ ShardId: string }[]> {
  return (await suite.service.call('ListShards', { StreamName: streamName, ShardFilter: { Type: 'AT_LATEST' } })).Shards;
}

describe('UpdateShardCount', () => {
  test.each([
    [{ StreamName: 's' }, violations("Value null at 'scalingType' failed: Member must not be null", "Value null at 'targetShardCount' failed: Member must not be null")],
    [
      { StreamName: 's', ScalingType: '', TargetShardCount: 0 },
      violations("Value '' at 'scalingType' failed: Member must satisfy enum value set: [UNIFORM_SCALING]", "Value '0' at 'targetShardCount' failed: Member must have value greater than or equal to 1"),
    ],
    [request('nope', 1), streamNotFound('nope')],
    [request('s', 11), { type: 'LimitExceededException', message: 'UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 5, Target shard count: 11' }],
    [request('s', 2), { type: 'LimitExceededException', message: 'UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 5, Target shard count: 2' }],
    [request('s', 61), { type: 'LimitExceededException', message: 'Target shard count or number of open shards cannot be greater than 60. Current open shard count: 5, Target shard count: 61' }],
  ])('refuses %j', async (input, refusal) => {
    await suite.service.call('CreateStream', { StreamName: 's', ShardCount: 5 }).catch(() => undefined);
    await clock.advance(0);
    expect(await suite.refusal('UpdateShardCount', input)).toEqual(refusal);
  });

  test('splits and merges one after the other, with puts going on, to equal shards', async () => {
    await activeStream(suite.service, 'scaled', 2);
    expect(await suite.client.send(new UpdateShardCountCommand({ StreamName: 'scaled', TargetShardCount: 3, ScalingType: 'UNIFORM_SCALING' }))).toMatchObject({
      StreamName: 'scaled', CurrentShardCount: 2, TargetShardCount: 3, StreamARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/scaled',
    });
    const status = async (): Promise<string> => (await suite.service.call('DescribeStreamSummary', { StreamName: 'scaled' })).StreamDescriptionSummary.StreamStatus;
    const seen: string[] = [];
    for (let step = 0; step < 4; step++) {
      seen.push(`${await status()} ${(await openShards('scaled')).map(({ ShardId }) => ShardId.slice(-1)).join('')}`);
      await suite.service.call('PutRecord', { StreamName: 'scaled', PartitionKey: 'k', Data: '' });
      await clock.advance(1000);
    }
    // Two splits and one merge: 0 and 1 are cut at a third and at two thirds, and the two sixths between become one.
    expect(seen).toEqual(['UPDATING 01', 'UPDATING 123', 'UPDATING 2345', 'ACTIVE 256']);
    expect(await status()).toBe('ACTIVE');
    const { Shards } = await suite.service.call('ListShards', { StreamName: 'scaled', ShardFilter: { Type: 'AT_LATEST' } });
    expect(Shards.map(({ HashKeyRange }: { HashKeyRange: { StartingHashKey: string } }) => HashKeyRange.StartingHashKey).sort()).toEqual(['0', '113427455640312821154458202477256070485', '226854911280625642308916404954512140970']);
  });

  test('is refused while the stream is not ACTIVE', async () => {
    await activeStream(suite.service, 'busy', 1);
    await suite.service.call('UpdateShardCount', request('busy', 2));
    expect(await suite.refusal('UpdateShardCount', request('busy', 2))).toEqual({ type: 'ResourceInUseException', message: 'Stream busy under account 123456789012 not ACTIVE, instead in state UPDATING' });
  });

  test('is accepted ten times in a rolling day', async () => {
    await activeStream(suite.service, 'often', 1);
    for (let time = 0; time < 10; time++) {
      await suite.service.call('UpdateShardCount', request('often', (time % 2) + 1));
      await clock.advance(2 * HOUR_MS);
      await untilActive(suite.service, 'often');
    }
    // 20 hours after the first.
    expect(await suite.refusal('UpdateShardCount', request('often', 2))).toMatchObject({ type: 'LimitExceededException' });
    await clock.advance(4 * HOUR_MS - 1);
    expect(await suite.refusal('UpdateShardCount', request('often', 2))).toMatchObject({ type: 'LimitExceededException' });
    await clock.advance(1);
    await suite.service.call('UpdateShardCount', request('often', 2));
  });
});
