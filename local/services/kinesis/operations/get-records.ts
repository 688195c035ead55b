import { AwsError } from '../../../aws-error.ts';
import { describeChild } from '../streams/descriptions.ts';
import { readBatch } from '../streams/read.ts';
import { shardDoesNotExist, shardRateExceeded } from '../streams/refusals.ts';
import { shardIdOf } from '../streams/shard.ts';
import { decodeIterator, encodeIterator } from '../streams/shard-iterator.ts';
import { STREAM_ARN } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** What one call returns at most. */
export const MAX_CALL_RECORDS = 10_000;
export const MAX_CALL_BYTES = 10_485_760;

/**
 * The next records of a shard. A closed shard that was read to its end answers no NextShardIterator but its children.
 * A call that takes more than a second's worth of bytes refuses later ones for as long as those bytes stand for.
 */
export const getRecords = operation<{ ShardIterator: string; Limit?: number; StreamARN?: string }>({
  data: true,
  input: {
    Limit: { type: 'Integer', min: 1, max: MAX_CALL_RECORDS },
    ShardIterator: { type: 'String', required: true, min: 1, max: 512 },
    StreamARN: STREAM_ARN,
  },
  run({ account }, input) {
    const { accountId, clock, settings, faults } = account;
    const nowMs = clock.now();
    const position = decodeIterator(input.ShardIterator, nowMs, settings.iteratorExpiryMs);
    const stream = account.streams.get(position.streamName);
    const shard = stream?.shardAt(position.shardIndex);
    if (!stream || !shard || shard.description.createdSeconds !== position.shardCreatedSeconds || stream.state.status === 'DELETING') {
      throw shardDoesNotExist(shardIdOf(position.shardIndex), position.streamName, accountId);
    }
    if (input.StreamARN && input.StreamARN !== stream.state.arn) {
      throw new AwsError('InvalidArgumentException', `StreamARN ${input.StreamARN} is not that of the stream of the ShardIterator.`);
    }
    if (faults.strikes('throttle', 'kinesis') || !shard.readCalls.holds(1) || !shard.readBytes.holds(1)) {
      shard.metrics.add('ReadProvisionedThroughputExceeded', 1);
      throw shardRateExceeded(shard.id, stream.state.name, accountId);
    }
    shard.readCalls.take(1);
    const batch = readBatch(shard, position.place, {
      maxRecords: input.Limit ?? MAX_CALL_RECORDS,
      maxBytes: MAX_CALL_BYTES,
      horizonMs: stream.horizonMs,
      nowMs,
    });
    if (batch.bytes > settings.readBytesPerSecond) shard.readBytes.exhaust(batch.bytes);
    else shard.readBytes.take(batch.bytes);
    shard.metrics.add('OutgoingRecords', batch.records.length);
    shard.metrics.add('OutgoingBytes', batch.bytes);
    shard.metrics.observeIteratorAge(batch.millisBehindLatest);
    return {
      Records: batch.records,
      NextShardIterator: batch.ended ? null : encodeIterator({ ...position, issuedMs: nowMs, place: batch.nextPlace }),
      MillisBehindLatest: batch.millisBehindLatest,
      ...(batch.ended && { ChildShards: stream.childrenOf(shard).map(describeChild) }),
    };
  },
});
