import { describe, expect, test } from '@jest/globals';
import { DisableEnhancedMonitoringCommand } from '@aws-sdk/client-kinesis';
import { activeStream, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('DisableEnhancedMonitoring', () => {
  test('refuses a request without metrics', async () => {
    expect(await suite.refusal('DisableEnhancedMonitoring', { StreamName: 's' })).toEqual(violations("Value null at 'shardLevelMetrics' failed: Member must not be null"));
  });

  test('takes metrics from those that are on', async () => {
    await activeStream(suite.service, 's');
    await suite.service.call('EnableEnhancedMonitoring', { StreamName: 's', ShardLevelMetrics: ['IncomingBytes', 'OutgoingBytes'] });
    await untilActive(suite.service, 's');
    expect(await suite.client.send(new DisableEnhancedMonitoringCommand({ StreamName: 's', ShardLevelMetrics: ['IncomingBytes'] }))).toMatchObject({
      CurrentShardLevelMetrics: ['IncomingBytes', 'OutgoingBytes'], DesiredShardLevelMetrics: ['OutgoingBytes'],
    });
  });
});
