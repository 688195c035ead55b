import type { Clock } from '../../clock.ts';
import type { Deployment } from '../../template/deployment.ts';
import type { KinesisService } from './service.ts';

type Caller = Pick<KinesisService, 'call'>;

/**
 * Creates the streams that are not there yet, and brings the others to what the template says, all but their shards:
 * one that was resharded since keeps them, as on AWS. Throws an Error naming the resource and the operation for a
 * change that Kinesis refuses, such as a third switch of the mode in 24 hours.
 */
export async function createStreams(kinesis: Caller, { streams, streamConsumers }: Deployment, clock: Clock): Promise<void> {
  const { StreamNames: existing } = (await kinesis.call('ListStreams', {})) as { StreamNames: string[] };
  await Promise.all(
    streams.map(async (stream) => {
      const StreamName = stream.name;
      if (!existing.includes(StreamName)) {
        const mode = { StreamModeDetails: { StreamMode: stream.mode } };
        await kinesis.call('CreateStream', { StreamName, ...mode, ...(stream.mode === 'PROVISIONED' && { ShardCount: stream.shardCount ?? 1 }) });
      }
      await untilActive(kinesis, StreamName, clock);
      for (const [operation, input] of await changesTo(kinesis, stream)) {
        await kinesis.call(operation, input).catch((error: Error) => {
          throw new Error(`${stream.logicalId}: ${operation} of the stream ${StreamName}, which differs from the template, was refused: ${error.message}`, { cause: error });
        });
        await untilActive(kinesis, StreamName, clock);
      }
    }),
  );
  for (const consumer of streamConsumers) {
    const { Consumers } = (await kinesis.call('ListStreamConsumers', { StreamARN: consumer.streamArn })) as { Consumers: { ConsumerName: string }[] };
    if (!Consumers.some(({ ConsumerName }) => ConsumerName === consumer.name)) {
      await kinesis.call('RegisterStreamConsumer', { StreamARN: consumer.streamArn, ConsumerName: consumer.name });
    }
  }
}

interface StreamSummary {
  StreamARN: string;
  StreamStatus: string;
  StreamModeDetails: { StreamMode: string };
  RetentionPeriodHours: number;
  EncryptionType?: string;
  KeyId?: string;
  EnhancedMonitoring: { ShardLevelMetrics: string[] }[];
}

/** The calls that bring a stream to what the template says, all but its shards. */
async function changesTo(kinesis: Caller, stream: Deployment['streams'][number]): Promise<[operation: string, input: object][]> {
  const StreamName = stream.name;
  const now = await summaryOf(kinesis, StreamName);
  const changes: [string, object][] = [];
  if (stream.mode !== now.StreamModeDetails.StreamMode) {
    changes.push(['UpdateStreamMode', { StreamARN: now.StreamARN, StreamModeDetails: { StreamMode: stream.mode } }]);
  }
  const RetentionPeriodHours = stream.retentionHours;
  if (RetentionPeriodHours > now.RetentionPeriodHours) changes.push(['IncreaseStreamRetentionPeriod', { StreamName, RetentionPeriodHours }]);
  if (RetentionPeriodHours < now.RetentionPeriodHours) changes.push(['DecreaseStreamRetentionPeriod', { StreamName, RetentionPeriodHours }]);
  const isEncrypted = now.EncryptionType === 'KMS';
  if (stream.encryptionKeyId === undefined && isEncrypted) {
    changes.push(['StopStreamEncryption', { StreamName, EncryptionType: 'KMS', KeyId: now.KeyId }]);
  }
  // On a stream that is encrypted already it changes the key.
  if (stream.encryptionKeyId !== undefined && !(isEncrypted && now.KeyId === stream.encryptionKeyId)) {
    changes.push(['StartStreamEncryption', { StreamName, EncryptionType: 'KMS', KeyId: stream.encryptionKeyId }]);
  }
  const monitored = now.EnhancedMonitoring.flatMap(({ ShardLevelMetrics }) => ShardLevelMetrics);
  const extra = monitored.filter((metric) => !stream.shardLevelMetrics.includes(metric));
  if (extra.length > 0) changes.push(['DisableEnhancedMonitoring', { StreamName, ShardLevelMetrics: extra }]);
  const missing = stream.shardLevelMetrics.filter((metric) => !monitored.includes(metric));
  if (missing.length > 0) changes.push(['EnableEnhancedMonitoring', { StreamName, ShardLevelMetrics: missing }]);
  return changes;
}

async function summaryOf(kinesis: Caller, StreamName: string): Promise<StreamSummary> {
  const { StreamDescriptionSummary } = (await kinesis.call('DescribeStreamSummary', { StreamName })) as { StreamDescriptionSummary: StreamSummary };
  return StreamDescriptionSummary;
}

async function untilActive(kinesis: Caller, streamName: string, clock: Clock): Promise<void> {
  while ((await summaryOf(kinesis, streamName)).StreamStatus !== 'ACTIVE') await clock.sleep(20);
}
