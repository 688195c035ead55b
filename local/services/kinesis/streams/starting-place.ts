import { invalidArgument, shardDoesNotExist, shardNotFound } from './refusals.ts';
import { parseSequenceNumber } from './sequence-number.ts';
import type { Shard } from './shard.ts';
import { shardIdOf } from './shard.ts';
import type { Stream } from './stream.ts';

export type IteratorType = 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER' | 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';

/** Where a reader begins. */
export interface StartingPosition {
  type: IteratorType;
  sequenceNumber?: string | undefined;
  timestampSeconds?: number | undefined;
}

const MAX_SHARD_INDEX = 2_147_483_647;

/** The index in a shard id; AWS takes any text before the hyphen, and no leading zeros. Undefined: no such form. */
export function shardIndexOf(shardId: string): number | undefined {
  const digits = shardId.split('-')[1] ?? shardId;
  const index = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return index >= 0 && index <= MAX_SHARD_INDEX ? index : undefined;
}

/** The stream's shard of that id; throws ResourceNotFoundException in the words that reads use. */
export function shardToRead(stream: Stream, shardId: string, accountId: string): Shard {
  const index = shardIndexOf(shardId);
  if (index === undefined) throw shardNotFound(shardId, stream.state.name, accountId);
  const shard = stream.shardAt(index);
  if (!shard) throw shardDoesNotExist(shardIdOf(index), stream.state.name, accountId);
  return shard;
}

/** The place of the next record for a reader that begins there; `caller` is the operation that messages name. */
export function startingPlace(stream: Stream, shard: Shard, position: StartingPosition, caller: { operation: string; accountId: string; nowMs: number }): number {
  const { type, sequenceNumber, timestampSeconds } = position;
  switch (type) {
    case 'TRIM_HORIZON':
      return 1;
    case 'LATEST':
      return shard.log.durableEndPlace;
    case 'AT_TIMESTAMP': {
      const timestampMs = timestampSeconds! * 1000;
      if (timestampMs > caller.nowMs) {
        throw invalidArgument(
          `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${timestampMs}, currentTimestampInMillis: ${caller.nowMs}`,
        );
      }
      return Math.min(shard.log.placeAt(timestampMs), shard.log.durableEndPlace);
    }
    default: {
      const place = placeOf(stream, shard, sequenceNumber!, caller);
      const next = type === 'AT_SEQUENCE_NUMBER' ? place : place + 1n;
      const end = BigInt(shard.log.endPlace);
      return Number(next < 1n ? 1n : next > end ? end : next);
    }
  }
}

function placeOf(stream: Stream, shard: Shard, text: string, caller: { operation: string; accountId: string }): bigint {
  const used = `StartingSequenceNumber ${text} used in ${caller.operation} on shard ${shard.id} in stream ${stream.state.name} under account ${caller.accountId} is invalid`;
  const parts = parseSequenceNumber(text);
  if (!parts) throw invalidArgument(`${used}.`);
  if (parts.shardIndex !== shard.description.index) {
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${shardIdOf(parts.shardIndex)}, while it was used in a call to a shard with ${shard.id}`,
    );
  }
  if (parts.shardCreatedSeconds !== shard.description.createdSeconds) {
    throw invalidArgument(`${used} because it did not come from this stream.`);
  }
  return parts.place;
}
