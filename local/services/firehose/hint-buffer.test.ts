import { expect, test } from '@jest/globals';

import { clockAtSpeed, type Clock } from '../../clock.ts';
import { HintBuffer } from './hint-buffer.ts';

const stillClock: Clock = { now: () => 0, sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())) };

function recording(clock: Clock, hints = { maxBytes: 10, maxAgeMs: 60_000 }): { buffer: HintBuffer<string>; flushed: string[][] } {
  const flushed: string[][] = [];
  const buffer = new HintBuffer<string>(hints, clock, 9, async (items) => void flushed.push(items));
  return { buffer, flushed };
}

test.each<[string, [string, number][], string[][]]>([
  ['exactly full is handed over', [['a', 4], ['b', 6]], [['a', 'b']]],
  ['one byte short is not', [['a', 4], ['b', 5]], []],
  ['what does not fit any more goes next', [['a', 4], ['b', 7], ['c', 3]], [['a'], ['b', 'c']]],
  ['one that is too large goes alone', [['a', 1], ['b', 11], ['c', 1]], [['a'], ['b']]],
])('%s', (_name, items, expected) => {
  const { buffer, flushed } = recording(stillClock);
  for (const [item, bytes] of items) buffer.add(item, bytes);
  expect(flushed).toEqual(expected);
});

test('the age of the first item counts', async () => {
  const { buffer, flushed } = recording(clockAtSpeed(6000));
  buffer.add('a', 1);
  buffer.add('b', 1);
  while (!buffer.isIdle) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(flushed).toEqual([['a', 'b']]);
});

test('hand-overs wait for each other up to the concurrency, and keep their order', async () => {
  const started: string[] = [];
  const releases: (() => void)[] = [];
  const buffer = new HintBuffer<string>({ maxBytes: 1, maxAgeMs: 0 }, stillClock, 2, (items) => {
    started.push(...items);
    return new Promise((resolve) => releases.push(resolve));
  });
  for (const item of ['a', 'b', 'c']) buffer.add(item, 1);
  expect(started).toEqual(['a', 'b']);
  releases[1]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toEqual(['a', 'b', 'c']);
  expect(buffer.isIdle).toBe(false);
});
