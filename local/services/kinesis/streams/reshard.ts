import type { HashKeyRange } from './hash-keys.ts';
import { equalRanges } from './hash-keys.ts';
import type { Shard } from './shard.ts';
import type { ReshardStep, Stream } from './stream.ts';

/** Does one split or merge: the parents close and the children take over in the same instant. */
export function takeStep(stream: Stream, step: ReshardStep): void {
  const shard = stream.shardAt(step.shardIndex)!;
  if (step.kind === 'split') {
    const { start, end } = shard.description.range;
    shard.shut();
    stream.addShard({ start, end: step.newStart - 1n }, [shard]);
    stream.addShard({ start: step.newStart, end }, [shard]);
    return;
  }
  const adjacent = stream.shardAt(step.adjacentIndex)!;
  const ranges = [shard.description.range, adjacent.description.range];
  shard.shut();
  adjacent.shut();
  stream.addShard(
    { start: ranges.reduce((least, { start }) => (start < least ? start : least), ranges[0]!.start), end: ranges.reduce((most, { end }) => (end > most ? end : most), ranges[0]!.end) },
    [shard, adjacent],
  );
}

/**
 * The next step from these open shards, ordered by hash key, to `target` equal ones; undefined when there.
 * First the missing borders are cut, then what lies between two borders is merged:
 * from N equal shards N→M takes M − gcd(N, M) splits and N − gcd(N, M) merges.
 */
export function nextStepToEqualShards(openShards: readonly Shard[], target: number): ReshardStep | undefined {
  const wanted = equalRanges(target);
  const starts = new Set(openShards.map(({ description }) => description.range.start));
  const border = wanted.find(({ start }) => !starts.has(start));
  if (border) {
    const shard = openShards.find(({ description: { range } }) => range.start < border.start && border.start <= range.end)!;
    return { kind: 'split', shardIndex: shard.description.index, newStart: border.start };
  }
  const wantedStarts = new Set(wanted.map(({ start }: HashKeyRange) => start));
  const surplus = openShards.findIndex(({ description }) => !wantedStarts.has(description.range.start));
  if (surplus === -1) return undefined;
  return {
    kind: 'merge',
    shardIndex: openShards[surplus - 1]!.description.index,
    adjacentIndex: openShards[surplus]!.description.index,
  };
}
