import type { StreamReference } from '../account.ts';
import { invalidArgument, provisionedModeOnly, shardLimitExceeded } from '../streams/refusals.ts';
import { HASH_KEY, SHARD_ID, STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';
import { shardsToReshard } from './shards-to-reshard.ts';

/** Splits an open shard in two at a hash key; the stream is UPDATING meanwhile, and the parent takes records until the end. */
export const splitShard = operation<StreamReference & { ShardToSplit: string; NewStartingHashKey: string }>({
  rate: 'account',
  input: {
    NewStartingHashKey: { ...HASH_KEY, required: true },
    ShardToSplit: { ...SHARD_ID, required: true },
    ...STREAM,
  },
  run({ account, lifecycle }, input) {
    const { accountId, region, settings, clock } = account;
    const stream = account.findReadable(input);
    const { name, mode } = stream.state;
    if (mode === 'ON_DEMAND') throw provisionedModeOnly(name, accountId);
    const shard = shardsToReshard(stream, [input.ShardToSplit], accountId)[0]!;
    const openShards = account.openShardCount('PROVISIONED');
    if (openShards + 1 > settings.accountShardLimit) {
      throw shardLimitExceeded({ accountId, region, openShards, limit: settings.accountShardLimit, additional: 1 });
    }
    const newStart = BigInt(input.NewStartingHashKey);
    const { start, end } = shard.description.range;
    if (newStart <= start + 1n || newStart >= end) {
      throw invalidArgument(
        `NewStartingHashKey ${input.NewStartingHashKey} used in SplitShard() on shard ${shard.id} in stream ${name} under account ${accountId} ` +
          `is not both greater than one plus the shard's StartingHashKey ${start} and less than the shard's EndingHashKey ${end}.`,
      );
    }
    account.findActive(input);
    lifecycle.begin(stream, 'UPDATING', {
      kind: 'step',
      step: { kind: 'split', shardIndex: shard.description.index, newStart },
      untilMs: clock.now() + settings.splitShardMs,
    });
    return undefined;
  },
});
