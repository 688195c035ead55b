import { describe, expect, test } from '@jest/globals';
import { EnableEnhancedMonitoringCommand } from '@aws-sdk/client-kinesis';
import { activeStream, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('EnableEnhancedMonitoring', () => {
  test('refuses a metric that is none', async () => {
    expect(await suite.refusal('EnableEnhancedMonitoring', { StreamName: 's', ShardLevelMetrics: ['X'] })).toEqual({
      type: 'ValidationException',
      message:
        "1 validation error detected: Value '[X]' at 'shardLevelMetrics' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: " +
        '[IncomingBytes, IncomingRecords, OutgoingBytes, OutgoingRecords, WriteProvisionedThroughputExceeded, ReadProvisionedThroughputExceeded, IteratorAgeMilliseconds, ALL]]',
    });
  });

  test('adds metrics to those that are on, and knows ALL', async () => {
    await activeStream(suite.service, 's');
    const enable = async (...ShardLevelMetrics: ('IncomingBytes' | 'OutgoingBytes' | 'ALL')[]) => {
      const answer = await suite.client.send(new EnableEnhancedMonitoringCommand({ StreamName: 's', ShardLevelMetrics }));
      await untilActive(suite.service, 's');
      return [answer.CurrentShardLevelMetrics, answer.DesiredShardLevelMetrics];
    };
    expect(await enable('OutgoingBytes')).toEqual([[], ['OutgoingBytes']]);
    expect(await enable('IncomingBytes')).toEqual([['OutgoingBytes'], ['IncomingBytes', 'OutgoingBytes']]);
    expect((await enable('ALL'))[1]).toHaveLength(7);
    expect((await suite.service.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary.EnhancedMonitoring[0].ShardLevelMetrics).toHaveLength(7);
  });
});
