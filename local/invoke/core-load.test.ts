import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { CoreLoad } from './core-load.ts';

/** A thread that computes that share of its time. */
const thread = (utilization: number) => ({ eventLoopUtilization: () => ({ idle: 0, active: 0, utilization }) });
const LONGER_THAN_A_LOOK_MS = 120;

test('while all cores compute, a function gets as many threads as there are cores, and no more', async () => {
  const load = new CoreLoad();
  const threads = Array.from({ length: availableParallelism() }, () => thread(1));
  for (const one of threads) load.add(one);
  await delay(LONGER_THAN_A_LOOK_MS);
  expect(load.allowAnother(availableParallelism() - 1)).toBe(true);
  expect(load.allowAnother(availableParallelism())).toBe(false);

  for (const one of threads) load.delete(one);
  await delay(LONGER_THAN_A_LOOK_MS);
  expect(load.allowAnother(availableParallelism())).toBe(true);
});

test('threads that wait for answers leave room for more, however many there are', async () => {
  const load = new CoreLoad();
  for (let count = 0; count < 16; count++) load.add(thread(0.01));
  await delay(LONGER_THAN_A_LOOK_MS);
  expect(load.allowAnother(16)).toBe(true);
});
