import { equalRanges } from './hash-keys.ts';
import type { Shard } from './shard.ts';
import type { ReshardStep, Stream } from './stream.ts';

/** Does one split or merge: the parents close and the children take over in the same instant. */
export function takeStep(stream: Stream, step: ReshardStep): void {
  const shard = stream.shardAt(step.shardIndex)!;
  const { start, end } = shard.description.range;
  shard.shut();
  if (step.kind === 'split') {
    stream.addShard({ start, end: step.newStart - 1n }, [shard]);
    stream.addShard({ start: step.newStart, end }, [shard]);
    return;
  }
  const adjacent = stream.shardAt(step.adjacentIndex)!;
  adjacent.shut();
  stream.addShard({ start, end: adjacent.description.range.end }, [shard, adjacent]);
}

/**
 * Equal ranges of different counts are rounded differently: a third of the key space ends one key after two sixths.
 * Borders no further apart than the most shards that a stream can have are the same border.
 */
const ROUNDING_KEYS = 10_000n;

/**
 * The next step from these open shards, ordered by hash key, to `target` equal ones; undefined when there.
 * Along the key space, each wanted range is cut off and then merged whole, so there is at most one shard too many
 * at a time; from N equal shards, N→M takes M − gcd(N, M) splits and N − gcd(N, M) merges.
 */
export function nextStepToEqualShards(openShards: readonly Shard[], target: number): ReshardStep | undefined {
  let next = 0;
  for (const { end } of equalRanges(target)) {
    const first = openShards[next]!;
    const last = openShards.findIndex(({ description: { range } }) => range.end >= end - ROUNDING_KEYS);
    const shard = openShards[last]!;
    if (shard.description.range.end > end + ROUNDING_KEYS) {
      return { kind: 'split', shardIndex: shard.description.index, newStart: end + 1n };
    }
    if (last > next) {
      return { kind: 'merge', shardIndex: first.description.index, adjacentIndex: openShards[next + 1]!.description.index };
    }
    next = last + 1;
  }
  return undefined;
}
