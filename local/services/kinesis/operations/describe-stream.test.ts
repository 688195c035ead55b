import { describe, expect, test } from '@jest/globals';
import { DescribeStreamCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('DescribeStream', () => {
  test.each([
    [{ StreamName: 'nope' }, streamNotFound('nope')],
    [{ StreamName: 's', Limit: 0 }, violations("Value '0' at 'limit' failed: Member must have value greater than or equal to 1")],
    [{ StreamName: 's', Limit: 10_001 }, violations("Value '10001' at 'limit' failed: Member must have value less than or equal to 10000")],
    [{ StreamARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/nope' }, streamNotFound('nope')],
    [{ StreamARN: 'x' }, violations("Value 'x' at 'streamARN' failed: Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+")],
  ])('refuses %j', async (input, refusal) => {
    expect(await suite.refusal('DescribeStream', input)).toEqual(refusal);
  });

  test('shows the stream, and its shards in pages', async () => {
    await activeStream(suite.service, 's', 3);
    const { StreamDescription } = await suite.client.send(new DescribeStreamCommand({ StreamARN: `${ARN_PREFIX}s`, Limit: 2 }));
    expect(StreamDescription).toMatchObject({
      StreamName: 's', StreamStatus: 'ACTIVE', RetentionPeriodHours: 24, EncryptionType: 'NONE', HasMoreShards: true,
      EnhancedMonitoring: [{ ShardLevelMetrics: [] }], StreamModeDetails: { StreamMode: 'PROVISIONED' },
    });
    expect(StreamDescription!.StreamCreationTimestamp).toBeInstanceOf(Date);
    const { StreamDescription: rest } = await suite.client.send(new DescribeStreamCommand({ StreamName: 's', ExclusiveStartShardId: StreamDescription!.Shards![1]!.ShardId }));
    expect([rest!.Shards!.map(({ ShardId }) => ShardId), rest!.HasMoreShards]).toEqual([['shardId-000000000002'], false]);
  });
});
