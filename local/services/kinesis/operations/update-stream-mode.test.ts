import { describe, expect, test } from '@jest/globals';
import { UpdateStreamModeCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX, manualClock, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock();
const suite = kinesisSuite({ clock });

describe('UpdateStreamMode', () => {
  test('refuses a request without members', async () => {
    expect(await suite.refusal('UpdateStreamMode', {})).toEqual(
      violations("Value null at 'streamARN' failed: Member must not be null", "Value null at 'streamModeDetails' failed: Member must not be null"),
    );
  });

  test('switches twice in a day and not a third time, and leaves the shards as they are', async () => {
    await activeStream(suite.service, 's', 2);
    const switchTo = async (StreamMode: 'ON_DEMAND' | 'PROVISIONED'): Promise<void> => {
      await suite.client.send(new UpdateStreamModeCommand({ StreamARN: `${ARN_PREFIX}s`, StreamModeDetails: { StreamMode } }));
      await untilActive(suite.service, 's');
    };
    await switchTo('ON_DEMAND');
    expect((await suite.service.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary).toMatchObject({ OpenShardCount: 2, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    await switchTo('PROVISIONED');
    await expect(switchTo('ON_DEMAND')).rejects.toMatchObject({ name: 'LimitExceededException' });
    await clock.advance(86_400_000);
    await switchTo('ON_DEMAND');
  });
});
