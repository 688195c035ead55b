import { describe, expect, test } from '@jest/globals';
import { CreateStreamCommand, DescribeStreamCommand } from '@aws-sdk/client-kinesis';
import { activeStream, manualClock, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, NAME_PATTERN_VIOLATED, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite({ settings: { accountShardLimit: 5, onDemandStreamLimit: 1 } });
const clock = manualClock();
const slow = kinesisSuite({ clock, settings: { createStreamMs: 50 } });

describe('CreateStream', () => {
  test.each([
    [{ ShardCount: 1 }, violations("Value null at 'streamName' failed: Member must not be null")],
    [
      { StreamName: '', ShardCount: 0 },
      violations(
        "Value '0' at 'shardCount' failed: Member must have value greater than or equal to 1",
        `Value '' at 'streamName' failed: ${NAME_PATTERN_VIOLATED}`,
        "Value '' at 'streamName' failed: Member must have length greater than or equal to 1",
      ),
    ],
    [{ StreamName: 'a'.repeat(129), ShardCount: 1 }, violations(`Value '${'a'.repeat(129)}' at 'streamName' failed: Member must have length less than or equal to 128`)],
    [{ StreamName: 's', StreamModeDetails: { StreamMode: 'X' } }, violations("Value 'X' at 'streamModeDetails.streamMode' failed: Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]")],
    [{ StreamName: 's' }, violations("Value null at 'shardCount' failed: Member must not be null")],
    [{ StreamName: 's', ShardCount: '1' }, { type: 'SerializationException', message: 'class java.lang.String can not be converted to an Integer' }],
  ])('refuses %j', async (input, refusal) => {
    expect(await suite.refusal('CreateStream', input)).toEqual(refusal);
  });

  test('makes a stream that is CREATING without shards, then ACTIVE with equal ones', async () => {
    await slow.client.send(new CreateStreamCommand({ StreamName: 'made', ShardCount: 3, Tags: { team: 'fraud' } }));
    const { StreamDescription: creating } = await slow.client.send(new DescribeStreamCommand({ StreamName: 'made' }));
    expect(creating).toMatchObject({ StreamStatus: 'CREATING', Shards: [], StreamARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/made' });
    expect(await slow.refusal('PutRecord', { StreamName: 'made', PartitionKey: 'k', Data: '' })).toMatchObject({ type: 'ResourceNotFoundException' });
    await clock.advance(49);
    expect((await slow.service.call('DescribeStreamSummary', { StreamName: 'made' })).StreamDescriptionSummary.StreamStatus).toBe('CREATING');
    await clock.advance(1);
    await untilActive(slow.service, 'made');
    const { StreamDescription: active } = await slow.client.send(new DescribeStreamCommand({ StreamName: 'made' }));
    expect(active!.Shards!.map((shard) => [shard.ShardId, shard.HashKeyRange!.StartingHashKey, shard.HashKeyRange!.EndingHashKey])).toEqual([
      ['shardId-000000000000', '0', '113427455640312821154458202477256070484'],
      ['shardId-000000000001', '113427455640312821154458202477256070485', '226854911280625642308916404954512140969'],
      ['shardId-000000000002', '226854911280625642308916404954512140970', '340282366920938463463374607431768211455'],
    ]);
    const [first, second] = active!.Shards!.map((shard) => BigInt(shard.SequenceNumberRange!.StartingSequenceNumber!));
    expect(second! - first!).toBe(22300745198530623141535718272648361505980432n);
    expect(await slow.service.call('ListTagsForStream', { StreamName: 'made' })).toMatchObject({ Tags: [{ Key: 'team', Value: 'fraud' }] });
  });

  test('refuses a name that is taken, and more shards than the account may have', async () => {
    await activeStream(suite.service, 'taken', 2);
    expect(await suite.refusal('CreateStream', { StreamName: 'taken', ShardCount: 1 })).toEqual({
      type: 'ResourceInUseException', message: 'Stream taken under account 123456789012 already exists.',
    });
    expect(await suite.refusal('CreateStream', { StreamName: 'big', ShardCount: 1000 })).toEqual({
      type: 'LimitExceededException',
      message:
        'This request would exceed the shard limit for the account 123456789012 in us-east-1. Current shard count for the account: 2. Limit: 5. ' +
        'Number of additional shards that would have resulted from this request: 1000. ' +
        'Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.',
    });
  });

  test('gives an on-demand stream four shards, and the account no more such streams than its limit', async () => {
    const input = { StreamName: 'demand', StreamModeDetails: { StreamMode: 'ON_DEMAND' } };
    await suite.service.call('CreateStream', input);
    await untilActive(suite.service, 'demand');
    const { StreamDescriptionSummary } = await suite.service.call('DescribeStreamSummary', { StreamName: 'demand' });
    expect(StreamDescriptionSummary).toMatchObject({ OpenShardCount: 4, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    expect(await suite.refusal('CreateStream', { ...input, StreamName: 'another' })).toMatchObject({ type: 'LimitExceededException' });
  });
});
