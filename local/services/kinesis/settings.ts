/**
 * What AWS's service limits and an account's quotas are in this local Kinesis.
 * The defaults are AWS's for us-east-1, but for the operation times, which AWS takes half a minute for.
 * `Infinity` switches a rate off.
 */
export interface KinesisSettings {
  /** Per shard. */
  writeRecordsPerSecond: number;
  writeBytesPerSecond: number;
  readCallsPerSecond: number;
  readBytesPerSecond: number;
  /** Per shard and consumer with enhanced fan-out. */
  subscriptionBytesPerSecond: number;
  /** How long an operation keeps its stream CREATING, DELETING or UPDATING. */
  createStreamMs: number;
  deleteStreamMs: number;
  splitShardMs: number;
  mergeShardsMs: number;
  /** UpdateShardCount does its splits and merges one after the other, each taking this long. */
  updateShardCountStepMs: number;
  /** Changes of mode, retention, encryption and record size. */
  updateStreamMs: number;
  registerConsumerMs: number;
  /** Open shards of all provisioned streams. */
  accountShardLimit: number;
  onDemandStreamLimit: number;
  onDemandShards: number;
  maxShardsPerStream: number;
  shardCountUpdatesPerDay: number;
  modeUpdatesPerDay: number;
  consumersPerStream: number;
  iteratorExpiryMs: number;
  nextTokenExpiryMs: number;
  subscriptionMs: number;
  /** A second subscription is refused for so long after the first. */
  subscriptionTakeoverMs: number;
  /** An idle subscription gets an empty event this often. */
  subscriptionHeartbeatMs: number;
  /** Calls a second of a control operation, per stream (ListShards, …) or account (ListStreams, …); absent: unlimited. */
  callsPerSecond: Readonly<Record<string, number>>;
  /** Memory for records that are in files, shared by all shards; the newest segment of each shard comes on top. */
  segmentCacheBytes: number;
  segmentBytes: number;
}

const MIB = 1_048_576;

export const DEFAULT_SETTINGS: KinesisSettings = {
  writeRecordsPerSecond: 1000,
  writeBytesPerSecond: MIB,
  readCallsPerSecond: 5,
  readBytesPerSecond: 2 * MIB,
  subscriptionBytesPerSecond: 2 * MIB,
  createStreamMs: 500,
  deleteStreamMs: 500,
  splitShardMs: 500,
  mergeShardsMs: 500,
  updateShardCountStepMs: 250,
  updateStreamMs: 100,
  registerConsumerMs: 100,
  accountShardLimit: 20_000,
  onDemandStreamLimit: 50,
  onDemandShards: 4,
  maxShardsPerStream: 10_000,
  shardCountUpdatesPerDay: 10,
  modeUpdatesPerDay: 2,
  consumersPerStream: 20,
  iteratorExpiryMs: 300_000,
  nextTokenExpiryMs: 300_000,
  subscriptionMs: 300_000,
  subscriptionTakeoverMs: 5000,
  subscriptionHeartbeatMs: 5000,
  callsPerSecond: {},
  segmentCacheBytes: 64 * MIB,
  segmentBytes: 4 * MIB,
};

/** AWS's documented rates of the control operations, for `callsPerSecond`, where a test or a resharder is to meet them. */
export const AWS_CALLS_PER_SECOND: Readonly<Record<string, number>> = {
  AddTagsToStream: 5,
  CreateStream: 5,
  DecreaseStreamRetentionPeriod: 5,
  DeleteStream: 5,
  DeregisterStreamConsumer: 5,
  DescribeLimits: 1,
  DescribeStream: 10,
  DescribeStreamConsumer: 20,
  DescribeStreamSummary: 20,
  IncreaseStreamRetentionPeriod: 5,
  ListShards: 1000,
  ListStreamConsumers: 5,
  ListStreams: 5,
  ListTagsForStream: 5,
  MergeShards: 5,
  RegisterStreamConsumer: 5,
  RemoveTagsFromStream: 5,
  SplitShard: 5,
  UpdateShardCount: 10,
};
