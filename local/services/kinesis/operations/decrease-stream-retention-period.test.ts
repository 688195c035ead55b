import { describe, expect, test } from '@jest/globals';
import { DecreaseStreamRetentionPeriodCommand } from '@aws-sdk/client-kinesis';
import { activeStream, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('DecreaseStreamRetentionPeriod', () => {
  test('goes down to 24 hours', async () => {
    await activeStream(suite.service, 's');
    expect(await suite.refusal('DecreaseStreamRetentionPeriod', { StreamName: 'nope', RetentionPeriodHours: 48 })).toEqual(streamNotFound('nope'));
    expect((await suite.refusal('DecreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 48 })).message).toBe(
      'Requested retention period (48 hours) for stream s can not be longer than existing retention period (24 hours). Use IncreaseRetentionPeriod API.',
    );
    expect((await suite.refusal('DecreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 23 })).message).toBe(
      'Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.',
    );
    await suite.service.call('IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 72 });
    await untilActive(suite.service, 's');
    await suite.client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName: 's', RetentionPeriodHours: 24 }));
    expect((await suite.service.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary.RetentionPeriodHours).toBe(24);
  });
});
