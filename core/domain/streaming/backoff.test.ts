import { expect, it } from '@jest/globals';
import { fullJitterMs } from './backoff.ts';

const almostOne = () => 0.999_999;

it('draws the wait below a bound that doubles from 50 ms up to 2 s', () => {
  expect([1, 2, 3, 6, 7, 1_000].map((attempt) => fullJitterMs(attempt, almostOne))).toEqual([49, 99, 199, 1_599, 1_999, 1_999]);
  expect(fullJitterMs(5, () => 0)).toBe(0);
});
