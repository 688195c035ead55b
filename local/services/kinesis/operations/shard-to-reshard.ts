import { invalidArgument, shardNotFound } from '../streams/refusals.ts';
import { shardIdOf } from '../streams/shard.ts';
import type { Shard } from '../streams/shard.ts';
import { shardIndexOf } from '../streams/starting-place.ts';
import type { Stream } from '../streams/stream.ts';

/** The open shard of that id; throws as SplitShard and MergeShards do. */
export function shardToReshard(stream: Stream, shardId: string, accountId: string): Shard {
  const index = shardIndexOf(shardId);
  if (index === undefined) throw shardNotFound(shardId, stream.state.name, accountId);
  const shard = stream.shardAt(index);
  if (!shard) throw shardNotFound(shardIdOf(index), stream.state.name, accountId);
  if (!shard.open) {
    throw invalidArgument(`Shard ${shard.id} in stream ${stream.state.name} under account ${accountId} has already been merged or split, and thus is not eligible for merging or splitting.`);
  }
  return shard;
}
