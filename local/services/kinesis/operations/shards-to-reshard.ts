import { invalidArgument, shardNotFound } from '../streams/refusals.ts';
import { shardIdOf } from '../streams/shard.ts';
import type { Shard } from '../streams/shard.ts';
import { shardIndexOf } from '../streams/starting-place.ts';
import type { Stream } from '../streams/stream.ts';

/** The open shards of these ids; throws as SplitShard and MergeShards do, first for those that are not there. */
export function shardsToReshard(stream: Stream, shardIds: readonly string[], accountId: string): Shard[] {
  const { name } = stream.state;
  const shards = shardIds.map((shardId) => {
    const index = shardIndexOf(shardId);
    if (index === undefined) throw shardNotFound(shardId, name, accountId);
    const shard = stream.shardAt(index);
    if (!shard) throw shardNotFound(shardIdOf(index), name, accountId);
    return shard;
  });
  const closed = shards.find((shard) => !shard.open);
  if (closed) {
    throw invalidArgument(
      `Shard ${closed.id} in stream ${name} under account ${accountId} has already been merged or split, and thus is not eligible for merging or splitting.`,
    );
  }
  return shards;
}
