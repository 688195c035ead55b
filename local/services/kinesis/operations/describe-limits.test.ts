import { describe, expect, test } from '@jest/globals';
import { DescribeLimitsCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite({ settings: { accountShardLimit: 7, onDemandStreamLimit: 3 } });

describe('DescribeLimits', () => {
  test('counts open shards of provisioned streams, and on-demand streams', async () => {
    await activeStream(suite.service, 's', 2);
    await suite.service.call('CreateStream', { StreamName: 'demand', StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    expect(await suite.client.send(new DescribeLimitsCommand())).toMatchObject({ ShardLimit: 7, OpenShardCount: 2, OnDemandStreamCount: 1, OnDemandStreamCountLimit: 3 });
  });
});
