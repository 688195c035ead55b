import type { KinesisMapping } from '../../template/deployment.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { KinesisSource } from './stream-record.ts';

/** A shard as ListShards describes it. */
export interface ListedShard {
  ShardId: string;
  ParentShardId?: string;
  AdjacentParentShardId?: string;
  SequenceNumberRange: { StartingSequenceNumber: string; EndingSequenceNumber?: string };
}

export async function listShards(kinesis: KinesisSource, streamArn: string): Promise<ListedShard[]> {
  const shards: ListedShard[] = [];
  let token: string | undefined;
  do {
    const page = await kinesis.call('ListShards', token === undefined ? { StreamARN: streamArn } : { NextToken: token });
    shards.push(...page.Shards);
    token = page.NextToken;
  } while (token !== undefined);
  return shards;
}

/**
 * The shards that may be read now: those that are not done, and whose parents, as far as the mapping reads them,
 * are done. So one key's records before and after a split or merge keep their order.
 * With LATEST the shards that are open at first, and from then on only their descendants.
 */
export function readableShards(
  shards: ListedShard[],
  checkpoints: Pick<Checkpoints, 'get' | 'isEmpty'>,
  startingPosition: KinesisMapping['startingPosition'],
): ListedShard[] {
  const listed = new Set(shards.map(({ ShardId }) => ShardId));
  const isFirstStart = checkpoints.isEmpty;
  return shards.filter((shard) => {
    const checkpoint = checkpoints.get(shard.ShardId);
    if (checkpoint) return !checkpoint.isDone;
    const parents = parentsOf(shard);
    if (startingPosition === 'LATEST') {
      if (isFirstStart) return shard.SequenceNumberRange.EndingSequenceNumber === undefined;
      if (!parents.some((parent) => checkpoints.get(parent))) return false;
      return parents.every((parent) => !listed.has(parent) || (checkpoints.get(parent)?.isDone ?? true));
    }
    // A parent that is no longer listed has expired with all its records.
    return parents.every((parent) => !listed.has(parent) || checkpoints.get(parent)?.isDone === true);
  });
}

/**
 * Whether the checkpoints are of a stream that was deleted, and these are the shards of another under its name: a
 * shard starts elsewhere than the one of its id that was read, or none is known, nor any's parent.
 */
export function isAnotherStream(shards: ListedShard[], checkpoints: Pick<Checkpoints, 'get' | 'isEmpty'>): boolean {
  if (checkpoints.isEmpty) return false;
  const isKnown = shards.some((shard) => [shard.ShardId, ...parentsOf(shard)].some((shardId) => checkpoints.get(shardId)));
  const startsElsewhere = ({ ShardId, SequenceNumberRange }: ListedShard): boolean => {
    const checkpoint = checkpoints.get(ShardId);
    return checkpoint !== undefined && checkpoint.startingSequenceNumber !== SequenceNumberRange.StartingSequenceNumber;
  };
  return !isKnown || shards.some(startsElsewhere);
}

/** Shards that can have records which none of the listed shards' records precede. */
export function eldestShards(shards: ListedShard[]): ListedShard[] {
  const listed = new Set(shards.map(({ ShardId }) => ShardId));
  return shards.filter((shard) => !parentsOf(shard).some((parent) => listed.has(parent)));
}

/** Checkpoints that no one needs: of shards that have expired, and are no listed shard's parent. */
export function expiredCheckpoints(shards: ListedShard[], checkpoints: Pick<Checkpoints, 'entries'>): string[] {
  const needed = new Set(shards.flatMap((shard) => [shard.ShardId, ...parentsOf(shard)]));
  return checkpoints.entries().map(([shardId]) => shardId).filter((shardId) => !needed.has(shardId));
}

const parentsOf = (shard: ListedShard): string[] =>
  [shard.ParentShardId, shard.AdjacentParentShardId].filter((parent): parent is string => parent !== undefined);
