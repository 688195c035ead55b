import { expect, test } from '@jest/globals';
import { ARN_PREFIX, manualClock, startTestKinesis } from '../../../tests/support/kinesis-service.ts';
import { clockAtSpeed } from '../../clock.ts';
import type { Deployment } from '../../template/deployment.ts';
import { createStreams } from './create-streams.ts';
import type { KinesisService } from './service.ts';

type Stream = Deployment['streams'][number];

const STREAM: Stream = {
  logicalId: 'EventStream', name: 'shop-events', arn: `${ARN_PREFIX}shop-events`, mode: 'PROVISIONED', shardCount: 2, retentionHours: 24,
  encryptionKeyId: 'alias/aws/kinesis', shardLevelMetrics: ['IncomingBytes', 'OutgoingBytes'],
};
const clock = clockAtSpeed(50);

const deploy = (kinesis: KinesisService, changes: Partial<Stream> = {}): Promise<void> =>
  createStreams(kinesis, { streams: [{ ...STREAM, ...changes }], streamConsumers: [] } as unknown as Deployment, clock);

const summaryOf = async (kinesis: KinesisService) => (await kinesis.call('DescribeStreamSummary', { StreamName: STREAM.name })).StreamDescriptionSummary;

test('an existing stream is brought to what the template says now, all but its shards', async () => {
  const kinesis = await startTestKinesis();
  try {
    await deploy(kinesis);
    expect(await summaryOf(kinesis)).toMatchObject({ StreamModeDetails: { StreamMode: 'PROVISIONED' }, OpenShardCount: 2, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });

    await deploy(kinesis, { mode: 'ON_DEMAND', shardCount: undefined, retentionHours: 48, encryptionKeyId: undefined, shardLevelMetrics: ['OutgoingBytes', 'OutgoingRecords'] });
    const changed = await summaryOf(kinesis);
    expect(changed).toMatchObject({ StreamModeDetails: { StreamMode: 'ON_DEMAND' }, OpenShardCount: 2, RetentionPeriodHours: 48, EncryptionType: 'NONE' });
    expect(changed.EnhancedMonitoring[0].ShardLevelMetrics.toSorted()).toEqual(['OutgoingBytes', 'OutgoingRecords']);

    await deploy(kinesis, { shardCount: 5, encryptionKeyId: 'alias/shop', shardLevelMetrics: [] });
    expect(await summaryOf(kinesis)).toMatchObject({
      StreamModeDetails: { StreamMode: 'PROVISIONED' }, OpenShardCount: 2, RetentionPeriodHours: 24, EncryptionType: 'KMS', KeyId: 'alias/shop', EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    });
    await deploy(kinesis, { encryptionKeyId: 'alias/other', shardLevelMetrics: [] });
    expect(await summaryOf(kinesis)).toMatchObject({ KeyId: 'alias/other' });
  } finally {
    await kinesis.stop();
  }
});

test('a change that Kinesis refuses names the resource, the operation and the limit', async () => {
  // The day in which the mode may change twice never ends.
  const kinesis = await startTestKinesis({ clock: manualClock() });
  try {
    for (const mode of ['PROVISIONED', 'ON_DEMAND', 'PROVISIONED'] as const) await deploy(kinesis, { mode });
    await expect(deploy(kinesis, { mode: 'ON_DEMAND' })).rejects.toThrow(
      /^EventStream: UpdateStreamMode of the stream shop-events, which differs from the template, was refused: .*limit of 2 switches between capacity modes/,
    );
  } finally {
    await kinesis.stop();
  }
});
