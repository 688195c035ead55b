import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { manualClock } from '../../../../tests/support/kinesis-service.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { SegmentCache } from '../storage/segment-cache.ts';
import { equalRanges, hashKeyOf, hexOf, MAX_HASH_KEY } from './hash-keys.ts';
import { nextStepToEqualShards, takeStep } from './reshard.ts';
import { Stream } from './stream.ts';

function streamOf(shardCount: number): Stream {
  const stream = new Stream(
    {
      name: 's', arn: 'arn', createdMs: 0, status: 'ACTIVE', mode: 'PROVISIONED', retentionHours: 24, maxRecordSizeKiB: 1024,
      encryption: { type: 'NONE' }, shardLevelMetrics: [], tags: {}, consumers: [], shardCountUpdatesMs: [], modeUpdatesMs: [], nextShardIndex: 0,
    },
    [],
    { clock: manualClock(), settings: DEFAULT_SETTINGS, cache: new SegmentCache(0) },
  );
  for (const range of equalRanges(shardCount)) stream.addShard(range);
  return stream;
}

const borders = (of: { start: bigint }[]): bigint[] => of.map(({ start }) => start);
const ranges = (stream: Stream): { start: bigint; end: bigint }[] => stream.openShards.map((shard) => shard.description.range);

function expectPartition(stream: Stream): void {
  const open = ranges(stream);
  expect(open[0]!.start).toBe(0n);
  expect(open.at(-1)!.end).toBe(MAX_HASH_KEY);
  for (let index = 1; index < open.length; index++) expect(open[index]!.start).toBe(open[index - 1]!.end + 1n);
}

describe('hash key ranges', () => {
  test('of three shards are those of AWS', () => {
    expect(equalRanges(3).map(({ start, end }) => [String(start), String(end)])).toEqual([
      ['0', '113427455640312821154458202477256070484'],
      ['113427455640312821154458202477256070485', '226854911280625642308916404954512140969'],
      ['226854911280625642308916404954512140970', '340282366920938463463374607431768211455'],
    ]);
  });

  test('partition the key space after any splits and merges, and every key finds the shard whose range holds it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.record({ at: fc.nat(), split: fc.boolean(), key: fc.bigInt({ min: 0n, max: MAX_HASH_KEY }) }), { maxLength: 25 }),
        fc.array(fc.string(), { minLength: 1, maxLength: 20 }),
        (count, steps, keys) => {
          const stream = streamOf(count);
          for (const { at, split, key } of steps) {
            const shard = split ? stream.shardFor(hexOf(key)) : stream.openShards[at % stream.openShards.length]!;
            const neighbour = stream.openShards[stream.openShards.indexOf(shard) + 1];
            if (split && key > shard.description.range.start) takeStep(stream, { kind: 'split', shardIndex: shard.description.index, newStart: key });
            else if (!split && neighbour) takeStep(stream, { kind: 'merge', shardIndex: shard.description.index, adjacentIndex: neighbour.description.index });
            expectPartition(stream);
          }
          for (const key of keys) {
            const hashKey = BigInt(`0x${hashKeyOf(key)}`);
            const { start, end } = stream.shardFor(hashKeyOf(key)).description.range;
            expect(start <= hashKey && hashKey <= end).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a child starts above every number of its parents, even when all happens in one second', () => {
    const stream = streamOf(1);
    takeStep(stream, { kind: 'split', shardIndex: 0, newStart: 5n });
    takeStep(stream, { kind: 'merge', shardIndex: 1, adjacentIndex: 2 });
    const [parent, left, , child] = stream.shards;
    expect(BigInt(left!.startingSequenceNumber) > BigInt(parent!.endingSequenceNumber!)).toBe(true);
    expect(BigInt(child!.startingSequenceNumber) > BigInt(left!.endingSequenceNumber!)).toBe(true);
    expect([child!.description.parentShardId, child!.description.adjacentParentShardId]).toEqual(['shardId-000000000001', 'shardId-000000000002']);
  });
});

describe('the steps to equal shards', () => {
  const steps = (from: number, to: number): { splits: number; merges: number; most: number; stream: Stream } => {
    const stream = streamOf(from);
    const taken = { splits: 0, merges: 0, most: from };
    for (let step = nextStepToEqualShards(stream.openShards, to); step; step = nextStepToEqualShards(stream.openShards, to)) {
      takeStep(stream, step);
      taken[step.kind === 'split' ? 'splits' : 'merges']++;
      taken.most = Math.max(taken.most, stream.openShards.length);
    }
    return { ...taken, stream };
  };

  test.each([
    { from: 1, to: 2, splits: 1, merges: 0 },
    { from: 2, to: 4, splits: 2, merges: 0 },
    { from: 4, to: 2, splits: 0, merges: 2 },
    { from: 4, to: 5, splits: 4, merges: 3 },
    { from: 4, to: 6, splits: 4, merges: 2 },
    { from: 6, to: 3, splits: 0, merges: 3 },
    { from: 3, to: 3, splits: 0, merges: 0 },
  ])('from $from to $to are $splits splits and $merges merges', ({ from, to, splits, merges }) => {
    expect(steps(from, to)).toMatchObject({ splits, merges });
  });

  test('end in equal ranges from any number to any other, with at most one shard too many on the way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }), (from, to) => {
        const { stream, most, splits, merges } = steps(from, to);
        expectPartition(stream);
        const off = borders(ranges(stream)).map((start, index) => start - borders(equalRanges(to))[index]!);
        expect(off).toHaveLength(to);
        expect(off.every((keys) => -24n <= keys && keys <= 24n)).toBe(true);
        const divisor = greatestCommonDivisor(from, to);
        expect([splits, merges]).toEqual([to - divisor, from - divisor]);
        expect(most).toBeLessThanOrEqual(Math.max(from, to) + 1);
      }),
      { numRuns: 80 },
    );
  });
});

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
