import { createHash } from 'node:crypto';
import { seededRandom } from '../random.ts';

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** A source of its own for what the names say, so that one part of the shop does not shift another's choices. */
export function derived(seed: number, ...names: (string | number)[]): Random {
  return seededRandom(createHash('sha256').update(`${seed}/${names.join('/')}`).digest().readUInt32LE(0));
}

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** An integer from `least` to `most`, both included. */
export function integer(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('expected at least one item to pick from, got none');
  return item;
}

/** An item by its weight; weights need not add up to anything. */
export function pickWeighted<Item extends { weight: number }>(random: Random, items: readonly Item[]): Item {
  let left = random() * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  return pick(random, items.slice(-1));
}

/** Exponentially distributed with this mean, as the gaps between independent arrivals are. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean;
}

/** Log-normally distributed with this median, as people's pauses are: mostly short, some long. At most ten medians. */
export function pause(random: Random, medianMs: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(10 * medianMs, medianMs * Math.exp(0.7 * normal));
}
