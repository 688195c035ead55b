import type { StreamReference } from '../account.ts';
import { invalidArgument, provisionedModeOnly } from '../streams/refusals.ts';
import type { Shard } from '../streams/shard.ts';
import { SHARD_ID, STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';
import { shardsToReshard } from './shards-to-reshard.ts';

/** Merges an open shard with the one whose hash keys follow its own; the stream is UPDATING meanwhile. */
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
    const pair = shardsToReshard(stream, [input.ShardToMerge, input.AdjacentShardToMerge], accountId);
    const [shard, adjacent] = pair as [Shard, Shard];
    if (shard.description.range.end + 1n !== adjacent.description.range.start) {
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
