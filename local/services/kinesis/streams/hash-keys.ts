import { hash } from 'node:crypto';

/** The largest hash key: the space is that of MD5, 0 to 2^128 − 1. */
export const MAX_HASH_KEY = (1n << 128n) - 1n;

/** A range of hash keys, both ends included. */
export interface HashKeyRange {
  start: bigint;
  end: bigint;
}

/** The hash key of a partition key, MD5 of its UTF-8, as 32 hex digits: these compare as the numbers do. */
export function hashKeyOf(partitionKey: string): string {
  return hash('md5', partitionKey, 'hex');
}

/** A hash key as 32 hex digits. */
export function hexOf(hashKey: bigint): string {
  return hashKey.toString(16).padStart(32, '0');
}

/** The hash key space cut into `count` equal ranges, the last one taking the remainder, as AWS cuts it. */
export function equalRanges(count: number): HashKeyRange[] {
  const width = (MAX_HASH_KEY + 1n) / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    start: width * BigInt(index),
    end: index === count - 1 ? MAX_HASH_KEY : width * BigInt(index + 1) - 1n,
  }));
}
