import { expect, test } from '@jest/globals';
import type { Clock } from '../../clock.ts';
import { BatchQueue, LARGEST_EVENT_BYTES } from './batch-queue.ts';

/** Time moves only when someone sleeps. */
function steppedClock(): Clock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
}

const queueOf = (items: number[], rules: { batchSize: number; windowMs: number }, clock = steppedClock()) => {
  const queue = new BatchQueue<number>({ ...rules, bytesOf: (bytes) => bytes }, clock);
  for (const item of items) queue.push(item);
  return queue;
};
const signal = new AbortController().signal;

test('a batch of exactly 6 MB goes out whole, and one byte more stays for the next', async () => {
  const frame = '{"Records":[]}'.length;
  const half = (LARGEST_EVENT_BYTES - frame) / 2;
  expect(await queueOf([half, half], { batchSize: 10, windowMs: 0 }).next(signal)).toEqual([half, half]);
  expect(await queueOf([half, half + 1], { batchSize: 10, windowMs: 0 }).next(signal)).toEqual([half]);
});

test('a record that is too large for any event still goes out, alone', async () => {
  expect(await queueOf([7_000_000, 1], { batchSize: 10, windowMs: 0 }).next(signal)).toEqual([7_000_000]);
});

test('a full batch is due at once, a part of one when its window is over, and the end flushes', async () => {
  const clock = steppedClock();
  const queue = queueOf([1, 2, 3], { batchSize: 2, windowMs: 5_000 }, clock);
  expect([await queue.next(signal), clock.now()]).toEqual([[1, 2], 0]);
  expect([await queue.next(signal), clock.now()]).toEqual([[3], 5_000]);
  queue.push(4);
  queue.end();
  expect([await queue.next(signal), clock.now()]).toEqual([[4], 5_000]);
  expect(await queue.next(signal)).toBeUndefined();
});

test('the window opens when the previous batch is done, not when a record was queued during it', async () => {
  const clock = steppedClock();
  const queue = queueOf([1], { batchSize: 2, windowMs: 5_000 }, clock);
  await clock.sleep(60_000);
  expect([await queue.next(signal), clock.now()]).toEqual([[1], 65_000]);
});

test('an abort ends the wait', async () => {
  const stop = new AbortController();
  const waiting = queueOf([], { batchSize: 2, windowMs: 0 }).next(stop.signal);
  stop.abort();
  expect(await waiting).toBeUndefined();
});
