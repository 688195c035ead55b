import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../../tests/support/kinesis-service.ts';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket of 1,000 a second', () => {
  test('lets exactly one second of burst through', () => {
    const bucket = new TokenBucket(1000, manualClock());
    let admitted = 0;
    for (; bucket.holds(1); admitted++) bucket.take(1);
    expect(admitted).toBe(1000);
  });

  test('gives one token a millisecond, and no more than a thousand', async () => {
    const clock = manualClock();
    const bucket = new TokenBucket(1000, clock);
    bucket.take(1000);
    expect(bucket.holds(1)).toBe(false);
    await clock.advance(1);
    expect(bucket.holds(1)).toBe(true);
    expect(bucket.holds(2)).toBe(false);
    await clock.advance(60_000);
    expect(bucket.holds(1000)).toBe(true);
    bucket.take(1000);
    expect(bucket.holds(1)).toBe(false);
  });

  test('lets what exceeds it through when full, and then works the debt off', async () => {
    const clock = manualClock();
    const bucket = new TokenBucket(1000, clock);
    expect(bucket.holds(5000)).toBe(true);
    bucket.take(5000);
    expect(bucket.waitMs(1)).toBe(4001);
    await clock.advance(4000);
    expect(bucket.holds(1)).toBe(false);
    await clock.advance(1);
    expect(bucket.holds(1)).toBe(true);
  });

  test('is blocked for all the seconds that an exhausting amount stands for', async () => {
    const clock = manualClock();
    const bucket = new TokenBucket(1000, clock);
    bucket.exhaust(5000);
    await clock.advance(5000);
    expect(bucket.holds(1)).toBe(false);
    await clock.advance(1);
    expect(bucket.holds(1)).toBe(true);
  });

  test('of infinite rate never refuses', () => {
    const bucket = new TokenBucket(Infinity, manualClock());
    bucket.take(1e12);
    expect(bucket.holds(1e12)).toBe(true);
    expect(bucket.waitMs(1)).toBe(0);
  });
});
