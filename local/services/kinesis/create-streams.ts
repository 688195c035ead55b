import type { Clock } from '../../clock.ts';
import type { Deployment } from '../../template/deployment.ts';
import type { KinesisService } from './service.ts';

type Caller = Pick<KinesisService, 'call'>;

/** Creates the streams that are not there yet; one that was resharded since keeps its shards, as on AWS. */
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
        await kinesis.call(operation, { StreamName, ...input });
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
  StreamStatus: string;
  RetentionPeriodHours: number;
  EncryptionType?: string;
  EnhancedMonitoring: { ShardLevelMetrics: string[] }[];
}

/** The calls that bring a stream to what the template says, all but its shards. */
async function changesTo(kinesis: Caller, stream: Deployment['streams'][number]): Promise<[string, object][]> {
  const now = await summaryOf(kinesis, stream.name);
  const changes: [string, object][] = [];
  const RetentionPeriodHours = stream.retentionHours;
  if (RetentionPeriodHours > now.RetentionPeriodHours) changes.push(['IncreaseStreamRetentionPeriod', { RetentionPeriodHours }]);
  if (RetentionPeriodHours < now.RetentionPeriodHours) changes.push(['DecreaseStreamRetentionPeriod', { RetentionPeriodHours }]);
  if (stream.encryptionKeyId !== undefined && now.EncryptionType !== 'KMS') {
    changes.push(['StartStreamEncryption', { EncryptionType: 'KMS', KeyId: stream.encryptionKeyId }]);
  }
  const monitored = new Set(now.EnhancedMonitoring.flatMap(({ ShardLevelMetrics }) => ShardLevelMetrics));
  const missing = stream.shardLevelMetrics.filter((metric) => !monitored.has(metric));
  if (missing.length > 0) changes.push(['EnableEnhancedMonitoring', { ShardLevelMetrics: missing }]);
  return changes;
}

async function summaryOf(kinesis: Caller, StreamName: string): Promise<StreamSummary> {
  const { StreamDescriptionSummary } = (await kinesis.call('DescribeStreamSummary', { StreamName })) as { StreamDescriptionSummary: StreamSummary };
  return StreamDescriptionSummary;
}

async function untilActive(kinesis: Caller, streamName: string, clock: Clock): Promise<void> {
  while ((await summaryOf(kinesis, streamName)).StreamStatus !== 'ACTIVE') await clock.sleep(20);
}
