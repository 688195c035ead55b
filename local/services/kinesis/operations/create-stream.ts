import { AwsError } from '../../../aws-error.ts';
import { invalidArgument, limitExceeded, shardLimitExceeded } from '../streams/refusals.ts';
import type { StreamMode } from '../streams/stream.ts';
import { STREAM_MODE_DETAILS, STREAM_NAME, TAGS } from '../validation/shape.ts';
import { operation } from './operation.ts';

interface CreateStreamInput {
  StreamName: string;
  ShardCount?: number;
  StreamModeDetails?: { StreamMode: StreamMode };
  Tags?: Record<string, string>;
  MaxRecordSizeInKiB?: number;
}

const DEFAULT_RETENTION_HOURS = 24;
const DEFAULT_MAX_RECORD_KIB = 1024;

/** Makes a stream: CREATING without shards, then ACTIVE with shards that share the hash key space equally. */
export const createStream = operation<CreateStreamInput>({
  rate: 'account',
  input: {
    ShardCount: { type: 'Integer', min: 1 },
    StreamName: { ...STREAM_NAME, required: true },
    StreamModeDetails: STREAM_MODE_DETAILS,
    Tags: TAGS,
    WarmThroughputMiBps: { type: 'Integer', min: 0 },
    MaxRecordSizeInKiB: { type: 'Integer', min: 1024, max: 10_240 },
  },
  run({ account, lifecycle }, input) {
    const { settings, clock, accountId, region } = account;
    const mode = input.StreamModeDetails?.StreamMode ?? 'PROVISIONED';
    if (account.streams.has(input.StreamName)) {
      throw new AwsError('ResourceInUseException', `Stream ${input.StreamName} under account ${accountId} already exists.`);
    }
    const shardCount = mode === 'ON_DEMAND' ? settings.onDemandShards : input.ShardCount;
    if (mode === 'ON_DEMAND' && input.ShardCount !== undefined && input.ShardCount !== null) {
      throw invalidArgument('ShardCount should not be specified for a stream in On-Demand mode.');
    }
    if (shardCount === undefined || shardCount === null) {
      throw new AwsError('ValidationException', "1 validation error detected: Value null at 'shardCount' failed to satisfy constraint: Member must not be null");
    }
    if (mode === 'PROVISIONED') {
      const openShards = account.openShardCount('PROVISIONED');
      if (openShards + shardCount > settings.accountShardLimit) {
        throw shardLimitExceeded({ accountId, region, openShards, limit: settings.accountShardLimit, additional: shardCount });
      }
    } else {
      const onDemand = [...account.streams.values()].filter(({ state }) => state.mode === 'ON_DEMAND').length;
      if (onDemand >= settings.onDemandStreamLimit) {
        throw limitExceeded(`The account ${accountId} has reached its limit of ${settings.onDemandStreamLimit} streams in On-Demand mode.`);
      }
    }
    const now = clock.now();
    const stream = account.add({
      name: input.StreamName,
      arn: account.arnOf(input.StreamName),
      createdMs: now,
      status: 'CREATING',
      mode,
      retentionHours: DEFAULT_RETENTION_HOURS,
      maxRecordSizeKiB: input.MaxRecordSizeInKiB ?? DEFAULT_MAX_RECORD_KIB,
      encryption: { type: 'NONE' },
      shardLevelMetrics: [],
      tags: { ...input.Tags },
      consumers: [],
      shardCountUpdatesMs: [],
      modeUpdatesMs: [],
      nextShardIndex: 0,
    });
    lifecycle.begin(stream, 'CREATING', { kind: 'create', shardCount, untilMs: now + settings.createStreamMs });
    return undefined;
  },
});
