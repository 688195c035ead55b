import { expect, it } from '@jest/globals';
import { boundedMemory } from './bounded-memory.ts';

it('asks once for what it remembers, and forgets what was not asked for the longest', () => {
  const asked: string[] = [];
  const ask = boundedMemory(2, (question) => {
    asked.push(question);
    return question === 'nothing' ? undefined : question.length;
  });

  expect(['a', 'nothing', 'a', 'nothing'].map(ask)).toEqual([1, undefined, 1, undefined]);
  expect(asked).toEqual(['a', 'nothing']);

  ask('bb');
  expect(['nothing', 'bb', 'a'].map(ask)).toEqual([undefined, 2, 1]);
  expect(asked).toEqual(['a', 'nothing', 'bb', 'a']);
});
