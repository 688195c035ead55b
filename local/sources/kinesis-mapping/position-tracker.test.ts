import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { PositionTracker } from './position-tracker.ts';

const FRESH = { position: undefined, ahead: [] };
const name = (index: number): string => String(index).padStart(4, '0');

test('the position stays before an unfinished record, and what is done beyond it is remembered', () => {
  const tracker = new PositionTracker(FRESH);
  for (const id of ['1', '2', '3']) tracker.read(id);
  tracker.done(['3', '1']);
  expect(tracker.snapshot()).toEqual({ position: '1', ahead: ['3'] });
  expect([tracker.pending, tracker.doneAhead]).toEqual([1, 1]);
  tracker.done(['2']);
  expect(tracker.snapshot()).toEqual({ position: '3', ahead: [] });
  expect([tracker.pending, tracker.doneAhead]).toEqual([0, 0]);
});

test('after a restart what was done ahead is not delivered again', () => {
  const tracker = new PositionTracker({ position: '1', ahead: ['3'] });
  expect(['2', '3', '4'].filter((id) => tracker.read(id))).toEqual(['2', '4']);
  tracker.done(['2', '4']);
  expect(tracker.snapshot()).toEqual({ position: '4', ahead: [] });
});

test('whatever is finished in whatever order, and wherever a restart falls, each record is handed out until it is done, once', () => {
  const order = fc.integer({ min: 1, max: 30 }).chain((count) => fc.tuple(fc.shuffledSubarray(Array.from({ length: count }, (_, i) => i), { minLength: count }), fc.integer({ min: 0, max: count })));
  fc.assert(
    fc.property(order, ([finishing, restartAfter]) => {
      const all = [...finishing].sort((a, b) => a - b).map(name);
      const before = new PositionTracker(FRESH);
      for (const id of all) expect(before.read(id)).toBe(true);
      const done = finishing.slice(0, restartAfter).map(name);
      for (const id of done) before.done([id]);

      const saved = before.snapshot();
      const after = new PositionTracker(saved);
      const again = all.filter((id) => saved.position === undefined || id > saved.position).filter((id) => after.read(id));
      expect(again).toEqual(all.filter((id) => !done.includes(id)));
      after.done(again);
      expect(after.snapshot()).toEqual({ position: all.at(-1), ahead: [] });
    }),
  );
});
