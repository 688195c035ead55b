/**
 * A sequence number in the layout that AWS's carry (version 2; 56 digits), from the highest bits down:
 * the digit 2, the shard's creation second (36 bits), its index (4), the record's place in the shard (64),
 * zeros (8), the arrival second (36), the shard's index (32), the digit 2.
 * So numbers rise within a shard, and a child, created in a later second, has numbers above its parents'.
 */
export interface SequenceNumberParts {
  shardCreatedSeconds: number;
  shardIndex: number;
  /** 0 is the shard's start, 1 its first record. */
  place: bigint;
  arrivalSeconds: number;
}

/** The place of a closed shard's EndingSequenceNumber, as AWS writes it. */
export const LAST_PLACE = 0x7fffffffffffffffn;

/** What all numbers of a shard have in common. */
export function shardPart(shardCreatedSeconds: number, shardIndex: number): bigint {
  return (2n << 184n) | (BigInt(shardCreatedSeconds) << 148n) | (BigInt(shardIndex & 0xf) << 144n) | (BigInt(shardIndex) << 4n) | 2n;
}

/** The sequence number of a place in the shard that `part` came from. */
export function sequenceNumber(part: bigint, place: number | bigint, arrivalSeconds: number): string {
  return (part | (BigInt(place) << 80n) | (BigInt(arrivalSeconds) << 36n)).toString();
}

/** The parts of a number of this layout; undefined for any other number. */
export function parseSequenceNumber(text: string): SequenceNumberParts | undefined {
  const value = BigInt(text);
  if (value >> 184n !== 2n || (value & 0xfn) !== 2n) return undefined;
  const place = (value >> 80n) & 0xffffffffffffffffn;
  const shardIndex = (value >> 4n) & 0xffffffffn;
  if (place > LAST_PLACE || shardIndex > 0x7fffffffn) return undefined;
  return {
    shardCreatedSeconds: Number((value >> 148n) & 0xfffffffffn),
    shardIndex: Number(shardIndex),
    place,
    arrivalSeconds: Number((value >> 36n) & 0xfffffffffn),
  };
}
