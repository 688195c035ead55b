import { expect, it } from '@jest/globals';
import { startLimited } from './scheduling.ts';

it('starts tasks in their order, at most so many at a time, and goes on behind one that fails', async () => {
  const log: string[] = [];
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const tasks = gates.map(({ promise }, index) => async () => {
    log.push(`start ${index}`);
    await promise;
    log.push(`end ${index}`);
    return index;
  });

  const done = startLimited(tasks, 2);
  const outcomes = Promise.allSettled(done);
  expect(log).toEqual(['start 0', 'start 1']);
  gates[1]?.reject(new Error('one fails'));
  await expect(done[1]).rejects.toThrow('one fails');
  gates[2]?.resolve();
  await done[2];
  gates[0]?.resolve();
  gates[3]?.resolve();

  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(log).toEqual(['start 0', 'start 1', 'start 2', 'end 2', 'start 3', 'end 0', 'end 3']);
});
