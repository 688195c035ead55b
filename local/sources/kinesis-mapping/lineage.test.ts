import { expect, test } from '@jest/globals';
import { eldestShards, expiredCheckpoints, isAnotherStream, readableShards, type ListedShard } from './lineage.ts';
import type { Checkpoint } from './checkpoints.ts';

const shard = (ShardId: string, isOpen: boolean, ParentShardId?: string, AdjacentParentShardId?: string): ListedShard => ({
  ShardId,
  SequenceNumberRange: { StartingSequenceNumber: '1', ...(isOpen ? {} : { EndingSequenceNumber: '2' }) },
  ...(ParentShardId === undefined ? {} : { ParentShardId }),
  ...(AdjacentParentShardId === undefined ? {} : { AdjacentParentShardId }),
});
/** A split into b and c, which merged into d. */
const FAMILY = [shard('a', false), shard('b', false, 'a'), shard('c', false, 'a'), shard('d', true, 'b', 'c')];

const checkpoints = (done: Record<string, boolean>) => ({
  isEmpty: Object.keys(done).length === 0,
  get: (id: string): Checkpoint | undefined => (id in done ? { startingSequenceNumber: '1', start: { type: 'TRIM_HORIZON' }, position: undefined, ahead: [], isDone: done[id] === true } : undefined),
});

test.each<[string, ListedShard[], Record<string, boolean>, 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP', string[]]>([
  ['at first only the eldest', FAMILY, {}, 'TRIM_HORIZON', ['a']],
  ['children of a shard that is done', FAMILY, { a: true }, 'TRIM_HORIZON', ['b', 'c']],
  ['a merged child waits for both parents', FAMILY, { a: true, b: true, c: false }, 'TRIM_HORIZON', ['c']],
  ['and starts when both are done', FAMILY, { a: true, b: true, c: true }, 'TRIM_HORIZON', ['d']],
  ['a shard whose parent has expired', FAMILY.slice(1), {}, 'AT_TIMESTAMP', ['b', 'c']],
  ['LATEST: at first the open ones', FAMILY, {}, 'LATEST', ['d']],
  ['LATEST: later none that was closed before the start', FAMILY, { d: false }, 'LATEST', ['d']],
  ['LATEST: a child of an expired parent that was read', FAMILY.slice(1, 3), { a: false }, 'LATEST', ['b', 'c']],
  ['LATEST: a child waits for its parent', FAMILY, { b: true, c: false }, 'LATEST', ['c']],
])('readable: %s', (_name, shards, done, position, expected) => {
  expect(readableShards(shards, checkpoints(done), position).map(({ ShardId }) => ShardId)).toEqual(expected);
});

test('checkpoints of expired shards go when no listed shard is their child', () => {
  const kept = { entries: () => [['a', {}], ['b', {}], ['z', {}]] as [string, Checkpoint][] };
  expect(expiredCheckpoints(FAMILY.slice(1), kept)).toEqual(['z']);
});

test.each<[string, ListedShard[], Record<string, boolean>, boolean]>([
  ['nothing was read before', FAMILY, {}, false],
  ['the shards that were read', FAMILY, { a: true, b: false }, false],
  ['children of a shard that was read and has expired', FAMILY.slice(1), { a: true }, false],
  ['the same ids that start elsewhere', [{ ...shard('a', true), SequenceNumberRange: { StartingSequenceNumber: '7' } }], { a: true, b: false, c: false }, true],
  ['no shard that is known', [shard('a', true)], { x: false }, true],
])('another stream: %s', (_name, shards, done, expected) => {
  expect(isAnotherStream(shards, checkpoints(done))).toBe(expected);
});

test('the eldest are those without a listed parent', () => {
  expect([FAMILY, FAMILY.slice(1)].map((shards) => eldestShards(shards).map(({ ShardId }) => ShardId))).toEqual([['a'], ['b', 'c']]);
});
