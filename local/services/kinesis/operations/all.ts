import { createStream } from './create-stream.ts';
import { deleteStream } from './delete-stream.ts';
import { describeStream } from './describe-stream.ts';
import { describeStreamSummary } from './describe-stream-summary.ts';
import { getRecords } from './get-records.ts';
import { getShardIterator } from './get-shard-iterator.ts';
import { listShards } from './list-shards.ts';
import { listStreams } from './list-streams.ts';
import { mergeShards } from './merge-shards.ts';
import type { Operation } from './operation.ts';
import { putRecord } from './put-record.ts';
import { putRecords } from './put-records.ts';
import { splitShard } from './split-shard.ts';

/** Every operation by its name on the wire, but SubscribeToShard, whose answer is a stream. */
export const OPERATIONS: ReadonlyMap<string, Operation<never>> = new Map<string, Operation<never>>(
  Object.entries({
    CreateStream: createStream,
    DeleteStream: deleteStream,
    DescribeStream: describeStream,
    DescribeStreamSummary: describeStreamSummary,
    GetRecords: getRecords,
    GetShardIterator: getShardIterator,
    ListShards: listShards,
    ListStreams: listStreams,
    MergeShards: mergeShards,
    PutRecord: putRecord,
    PutRecords: putRecords,
    SplitShard: splitShard,
  }),
);
