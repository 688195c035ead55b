import { describe, expect, test } from '@jest/globals';
import { IncreaseStreamRetentionPeriodCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('IncreaseStreamRetentionPeriod', () => {
  test('goes from 24 to 8,760 hours', async () => {
    await activeStream(suite.service, 's');
    const increase = (RetentionPeriodHours: number) => suite.refusal('IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours });
    expect(await suite.refusal('IncreaseStreamRetentionPeriod', { StreamName: 's' })).toEqual(violations("Value null at 'retentionPeriodHours' failed: Member must not be null"));
    expect(await suite.refusal('IncreaseStreamRetentionPeriod', { StreamName: 'nope', RetentionPeriodHours: 48 })).toEqual(streamNotFound('nope'));
    expect((await increase(23)).message).toBe('Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.');
    expect((await increase(8761)).message).toBe('Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.');
    await suite.client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName: 's', RetentionPeriodHours: 8760 }));
    expect((await suite.service.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary.RetentionPeriodHours).toBe(8760);
    expect(await increase(48)).toEqual({
      type: 'InvalidArgumentException',
      message: 'Requested retention period (48 hours) for stream s can not be shorter than existing retention period (8760 hours). Use DecreaseRetentionPeriod API.',
    });
  });
});
