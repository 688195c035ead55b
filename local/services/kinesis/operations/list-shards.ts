import type { Account, StreamReference } from '../account.ts';
import { describeShard, epochSeconds } from '../streams/descriptions.ts';
import { invalidArgument, notActive } from '../streams/refusals.ts';
import type { Shard } from '../streams/shard.ts';
import type { Stream } from '../streams/stream.ts';
import { NEXT_TOKEN, SHARD_ID, STREAM } from '../validation/shape.ts';
import { nextToken, positionIn } from './next-token.ts';
import { operation } from './operation.ts';

interface ShardFilter {
  Type: 'AFTER_SHARD_ID' | 'AT_TRIM_HORIZON' | 'FROM_TRIM_HORIZON' | 'AT_LATEST' | 'AT_TIMESTAMP' | 'FROM_TIMESTAMP';
  ShardId?: string;
  Timestamp?: number;
}

interface ListShardsInput extends StreamReference {
  NextToken?: string;
  ExclusiveStartShardId?: string;
  MaxResults?: number;
  StreamCreationTimestamp?: number;
  ShardFilter?: ShardFilter;
}

/** Where a listing goes on. */
interface Page {
  streamName: string;
  createdMs: number;
  afterShardId: string;
  filter?: ShardFilter;
}

const DEFAULT_PAGE = 1000;

/** The shards of a stream, or those of them that were open at a moment or from it on, in pages. */
export const listShards = operation<ListShardsInput>({
  rate: 'stream',
  input: {
    ...STREAM,
    NextToken: NEXT_TOKEN,
    ExclusiveStartShardId: SHARD_ID,
    MaxResults: { type: 'Integer', min: 1, max: 10_000 },
    StreamCreationTimestamp: { type: 'Timestamp' },
    ShardFilter: {
      type: 'Structure',
      members: {
        Type: {
          type: 'String', required: true,
          oneOf: ['AFTER_SHARD_ID', 'AT_TRIM_HORIZON', 'FROM_TRIM_HORIZON', 'AT_LATEST', 'AT_TIMESTAMP', 'FROM_TIMESTAMP'],
        },
        ShardId: SHARD_ID,
        Timestamp: { type: 'Timestamp' },
      },
    },
  },
  run({ account }, input) {
    const { stream, afterShardId, filter } = locate(account, input);
    if (stream.state.status !== 'ACTIVE' && stream.state.status !== 'UPDATING') {
      throw notActive(stream.state.name, account.accountId, stream.state.status);
    }
    stream.expireShards();
    const matching = shardsThatMatch(stream, filter).filter(({ id }) => id > afterShardId);
    const page = matching.slice(0, input.MaxResults ?? DEFAULT_PAGE);
    const position: Page = {
      streamName: stream.state.name,
      createdMs: stream.state.createdMs,
      afterShardId: page.at(-1)?.id ?? '',
      ...(filter && { filter }),
    };
    return {
      Shards: page.map(describeShard),
      ...(page.length < matching.length && { NextToken: nextToken(account, position) }),
    };
  },
});

function locate(account: Account, input: ListShardsInput): { stream: Stream; afterShardId: string; filter?: ShardFilter | undefined } {
  if (input.NextToken) {
    if (input.StreamName || input.StreamARN) throw invalidArgument('NextToken and StreamName cannot be provided together.');
    const page = positionIn<Page>(account, input.NextToken);
    const stream = account.find({ StreamName: page.streamName });
    if (stream.state.createdMs !== page.createdMs) throw invalidArgument('NextToken is invalid.');
    return { stream, afterShardId: page.afterShardId, filter: page.filter };
  }
  if (!input.StreamName && !input.StreamARN) throw invalidArgument('Either NextToken or StreamName should be provided.');
  const stream = account.find(input);
  const created = input.StreamCreationTimestamp;
  if (created !== undefined && created !== null && Math.floor(created) !== Math.floor(epochSeconds(stream.state.createdMs))) {
    throw invalidArgument(`StreamCreationTimestamp ${created} is not that of stream ${stream.state.name} under account ${account.accountId}.`);
  }
  const filter = input.ShardFilter ?? undefined;
  if (filter?.Type === 'AFTER_SHARD_ID' && !filter.ShardId) throw invalidArgument('ShardId must be provided when the ShardFilter type is AFTER_SHARD_ID.');
  if (filter?.Type.endsWith('_TIMESTAMP') && typeof filter.Timestamp !== 'number') {
    throw invalidArgument(`Timestamp must be provided when the ShardFilter type is ${filter.Type}.`);
  }
  return { stream, afterShardId: input.ExclusiveStartShardId ?? '', filter };
}

/**
 * AT_… : the shards that were open at that moment. FROM_… : those and all that came later.
 * A shard opens when its parents close.
 */
function shardsThatMatch(stream: Stream, filter: ShardFilter | undefined): Shard[] {
  const openedMs = ({ description }: Shard): number => {
    const parents = [description.parentShardId, description.adjacentParentShardId];
    const closings = stream.shards.filter(({ id }) => parents.includes(id)).map((parent) => parent.description.closedMs ?? 0);
    return closings.length > 0 ? Math.max(...closings) : 0;
  };
  const openAt = (timestampMs: number) => (shard: Shard) => openAfter(timestampMs)(shard) && openedMs(shard) <= timestampMs;
  const oldestMs = Math.max(stream.horizonMs, stream.state.createdMs);
  const requestedMs = Math.max((filter?.Timestamp ?? 0) * 1000, oldestMs);
  switch (filter?.Type) {
    case undefined:
    case 'FROM_TRIM_HORIZON':
      return stream.shards;
    case 'AFTER_SHARD_ID':
      return stream.shards.filter(({ id }) => id > filter!.ShardId!);
    case 'AT_LATEST':
      return stream.shards.filter((shard) => shard.open);
    case 'AT_TRIM_HORIZON':
      return stream.shards.filter(openAt(oldestMs));
    case 'AT_TIMESTAMP':
      return stream.shards.filter(openAt(requestedMs));
    case 'FROM_TIMESTAMP':
      return stream.shards.filter(openAfter(requestedMs));
  }
}

function openAfter(timestampMs: number): (shard: Shard) => boolean {
  return ({ description }) => description.closedMs === undefined || description.closedMs > timestampMs;
}
