import type { StreamReference } from '../account.ts';
import { invalidArgument, provisionedModeOnly } from '../streams/refusals.ts';
import { SHARD_ID, STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';
import { shardToReshard } from './shard-to-reshard.ts';

/** Merges two open shards whose hash key ranges touch; the stream is UPDATING meanwhile. */
export const mergeShards = operation<StreamReference & { ShardToMerge: string; AdjacentShardToMerge: string }>({
  rate: 'account',
  input: {
    AdjacentShardToMerge: { ...SHARD_ID, required: true },
    ShardToMerge: { ...SHARD_ID, required: true },
    ...STREAM,
  },
  run({ account, lifecycle }, input) {
    const { accountId, settings, clock } = account;
    const stream = account.findReadable(input);
    const { name, mode } = stream.state;
    if (mode === 'ON_DEMAND') throw provisionedModeOnly(name, accountId);
    const shard = shardToReshard(stream, input.ShardToMerge, accountId);
    const adjacent = shardToReshard(stream, input.AdjacentShardToMerge, accountId);
    const [one, other] = [shard.description.range, adjacent.description.range];
    if (one.end + 1n !== other.start && other.end + 1n !== one.start) {
      throw invalidArgument(
        `Shards ${shard.id} and ${adjacent.id} in stream ${name} under account ${accountId} are not an adjacent pair of shards eligible for merging`,
      );
    }
    account.findActive(input);
    lifecycle.begin(stream, 'UPDATING', {
      kind: 'step',
      step: { kind: 'merge', shardIndex: shard.description.index, adjacentIndex: adjacent.description.index },
      untilMs: clock.now() + settings.mergeShardsMs,
    });
    return undefined;
  },
});
