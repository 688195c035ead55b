import { cpus } from 'node:os';

/** The middle of an odd number of values, and the upper middle of an even one. */
export function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new Error('median: expected at least one value, got none');
  return middle;
}

/** The machine and its Node, in words. */
export function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
}

/** The variants in the order of a round: turned around each round, so that none always comes after the same. */
export function orderOf<Variant>(variants: readonly Variant[], round: number): Variant[] {
  return round % 2 === 0 ? [...variants] : [...variants].toReversed();
}
