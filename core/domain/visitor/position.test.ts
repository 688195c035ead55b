import { describe, expect, it } from '@jest/globals';
import { advance, isApplied, sortable, type ShardMark } from './position.ts';

const at = (shardId: string, sequenceNumber: string, subSequenceNumber = 0) => ({ shardId, sequenceNumber, subSequenceNumber });

describe('positions', () => {
  it('sort as numbers do, whatever their length, then by place in an aggregate', () => {
    const sorted = [
      at('s', '9'),
      at('s', '10'),
      at('s', '10', 9),
      at('s', '10', 10),
      at('s', '49590338271490256608559692538361571095921575989136588898'),
      at('s', '9'.repeat(129)),
    ].map(sortable);

    expect(sorted.toSorted()).toEqual(sorted);
  });

  it('are applied up to the mark of their own shard only', () => {
    const marks = advance([], at('a', '100', 3));

    expect(isApplied(marks, at('a', '99'))).toBe(true);
    expect(isApplied(marks, at('a', '100', 3))).toBe(true);
    expect(isApplied(marks, at('a', '100', 4))).toBe(false);
    expect(isApplied(marks, at('b', '1'))).toBe(false);
  });

  it('are kept for the eight shards that were used last', () => {
    let marks: ShardMark[] = [];
    for (let shard = 1; shard <= 8; shard++) marks = advance(marks, at(`shard ${shard}`, '5'));
    marks = advance(marks, at('shard 1', '6'));
    marks = advance(marks, at('shard 9', '5'));

    expect(marks.map(({ shard_id }) => shard_id)).toEqual(['shard 3', 'shard 4', 'shard 5', 'shard 6', 'shard 7', 'shard 8', 'shard 1', 'shard 9']);
  });
});
