import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';

/** Epoch seconds with milliseconds as a fraction: a timestamp on the wire. */
export function epochSeconds(ms: number): number {
  return ms / 1000;
}

/** A shard as DescribeStream and ListShards show it. */
export function describeShard(shard: Shard): object {
  const { range, parentShardId, adjacentParentShardId } = shard.description;
  const ending = shard.endingSequenceNumber;
  return {
    ShardId: shard.id,
    ...(parentShardId !== undefined && { ParentShardId: parentShardId }),
    ...(adjacentParentShardId !== undefined && { AdjacentParentShardId: adjacentParentShardId }),
    HashKeyRange: { StartingHashKey: range.start.toString(), EndingHashKey: range.end.toString() },
    SequenceNumberRange: {
      StartingSequenceNumber: shard.startingSequenceNumber,
      ...(ending !== undefined && { EndingSequenceNumber: ending }),
    },
  };
}

/** A shard as GetRecords and SubscribeToShard name it at the end of its parent. */
export function describeChild(shard: Shard): object {
  const { range, parentShardId, adjacentParentShardId } = shard.description;
  return {
    ShardId: shard.id,
    ParentShards: [parentShardId, adjacentParentShardId].filter((id) => id !== undefined),
    HashKeyRange: { StartingHashKey: range.start.toString(), EndingHashKey: range.end.toString() },
  };
}

/** What DescribeStream and DescribeStreamSummary both say of a stream. */
export function describeStreamState({ state }: Stream): object {
  return {
    StreamName: state.name,
    StreamARN: state.arn,
    StreamStatus: state.status,
    StreamModeDetails: { StreamMode: state.mode },
    RetentionPeriodHours: state.retentionHours,
    StreamCreationTimestamp: epochSeconds(state.createdMs),
    EnhancedMonitoring: [{ ShardLevelMetrics: state.shardLevelMetrics }],
    EncryptionType: state.encryption.type,
    ...(state.encryption.keyId !== undefined && { KeyId: state.encryption.keyId }),
  };
}
