import { AwsError } from '../../../aws-error.ts';
import type { StreamReference } from '../account.ts';
import { invalidArgument, shardDoesNotExist } from '../streams/refusals.ts';
import { shardIdOf } from '../streams/shard.ts';
import { encodeIterator } from '../streams/shard-iterator.ts';
import { shardIndexOf, shardToRead, startingPlace } from '../streams/starting-place.ts';
import type { IteratorType } from '../streams/starting-place.ts';
import { ITERATOR_TYPE, SEQUENCE_NUMBER, SHARD_ID, STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

interface GetShardIteratorInput extends StreamReference {
  ShardId: string;
  ShardIteratorType: IteratorType;
  StartingSequenceNumber?: string;
  Timestamp?: number;
}

/** A position to read a shard from, good for five minutes. */
export const getShardIterator = operation<GetShardIteratorInput>({
  input: {
    ShardId: { ...SHARD_ID, required: true },
    ShardIteratorType: ITERATOR_TYPE,
    StartingSequenceNumber: SEQUENCE_NUMBER,
    Timestamp: { type: 'Timestamp' },
    ...STREAM,
  },
  run({ account }, input) {
    const { accountId, clock } = account;
    const index = shardIndexOf(input.ShardId);
    const streamName = account.nameOf(input);
    if (index !== undefined && !account.streams.has(streamName)) throw shardDoesNotExist(shardIdOf(index), streamName, accountId);
    if (index === undefined && !account.streams.has(streamName)) {
      throw new AwsError('ResourceNotFoundException', `Could not find shard ${input.ShardId} in stream ${streamName} under account ${accountId}.`);
    }
    const stream = account.findReadable(input);
    stream.expireShards();
    const shard = shardToRead(stream, input.ShardId, accountId);
    checkCombination(input);
    const nowMs = clock.now();
    const place = startingPlace(
      stream,
      shard,
      { type: input.ShardIteratorType, sequenceNumber: input.StartingSequenceNumber, timestampSeconds: input.Timestamp },
      { operation: 'GetShardIterator', accountId, nowMs },
    );
    const { index: shardIndex, createdSeconds } = shard.description;
    return {
      ShardIterator: encodeIterator({ issuedMs: nowMs, streamName, shardIndex, shardCreatedSeconds: createdSeconds, place }),
    };
  },
});

function checkCombination({ ShardIteratorType: type, StartingSequenceNumber: sequenceNumber, Timestamp: timestamp }: GetShardIteratorInput): void {
  const bySequence = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  const given = sequenceNumber !== undefined && sequenceNumber !== null;
  if (type === 'AT_TIMESTAMP') {
    if (typeof timestamp !== 'number') throw invalidArgument('Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.');
    if (!given) return;
  }
  if (bySequence === given) return;
  throw invalidArgument(
    'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or ' +
      '(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
      `Request specified ${type} and ${given ? 'also a' : 'no'} StartingSequenceNumber.`,
  );
}
