import { describe, expect, it } from '@jest/globals';
import { liveLine } from './live-line.ts';

describe('liveLine', () => {
  it('shows where traffic is, and the rate since the last look', () => {
    const before = { streamed: 1_000, scored: 0, inLake: 0, dropped: 0, shards: 1 };
    const now = { streamed: 1_240, scored: 1_200, inLake: 1_100, dropped: 40, shards: 2 };

    expect(liveLine(now, before, 2)).toBe('stream 1,240 (120/s, 2 shards) · scored 1,200 · in lake 1,100 · dropped 40 · on its way 100');
  });
});
