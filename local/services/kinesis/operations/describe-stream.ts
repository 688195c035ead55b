import type { StreamReference } from '../account.ts';
import { describeShard, describeStreamState } from '../streams/descriptions.ts';
import { SHARD_ID, STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

const DEFAULT_LIMIT = 100;

/** A stream and a page of its shards, closed ones included while they have records within retention. */
export const describeStream = operation<StreamReference & { Limit?: number; ExclusiveStartShardId?: string }>({
  rate: 'account',
  input: { Limit: { type: 'Integer', min: 1, max: 10_000 }, ExclusiveStartShardId: SHARD_ID, ...STREAM },
  run({ account }, input) {
    const stream = account.find(input);
    stream.expireShards();
    const shards = stream.shards.filter(({ id }) => !input.ExclusiveStartShardId || id > input.ExclusiveStartShardId);
    const limit = input.Limit ?? DEFAULT_LIMIT;
    return {
      StreamDescription: {
        ...describeStreamState(stream),
        Shards: shards.slice(0, limit).map(describeShard),
        HasMoreShards: shards.length > limit,
      },
    };
  },
});
