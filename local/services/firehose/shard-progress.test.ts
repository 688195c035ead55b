import { expect, test } from '@jest/globals';
import { array, assert, integer, nat, property } from 'fast-check';

import { ShardProgress } from './shard-progress.ts';

test('the position is the last record before the first that is not done, in whatever order they end', () => {
  assert(
    property(array(integer({ min: 0, max: 3 }), { maxLength: 60 }), array(nat(), { maxLength: 200 }), (counts, order) => {
      const progress = new ShardProgress('start');
      const marks = counts.map((remaining, index) => progress.add({ sequenceNumber: String(index), remaining, sizeBytes: 1, arrivalMs: index }));
      let done = progress.advance();
      for (const pick of order) {
        const open = marks.filter((mark) => mark.remaining > 0);
        const mark = open[pick % Math.max(1, open.length)];
        if (mark) mark.remaining--;
        done += progress.advance();
      }
      const firstOpen = marks.findIndex((mark) => mark.remaining > 0);
      const doneCount = firstOpen < 0 ? marks.length : firstOpen;
      expect([progress.position, progress.pendingCount, done, progress.oldestPendingArrivalMs]).toEqual([
        doneCount === 0 ? 'start' : String(doneCount - 1),
        marks.length - doneCount,
        doneCount,
        firstOpen < 0 ? undefined : firstOpen,
      ]);
    }),
  );
});

test('what is done is forgotten, and the position stays right over many records', () => {
  const progress = new ShardProgress(undefined);
  for (let index = 0; index < 5000; index++) {
    const mark = progress.add({ sequenceNumber: String(index), remaining: 1, sizeBytes: 2, arrivalMs: 0 });
    mark.remaining = 0;
    expect(progress.advance()).toBe(2);
  }
  expect([progress.position, progress.pendingCount]).toEqual(['4999', 0]);
});
