import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { planChunks } from './chunks.ts';
import type { StreamEntry } from './stream-entry.ts';

const MIB = 1_048_576;

describe('planChunks', () => {
  it('puts 500 records in one request and the 501st in another', () => {
    expect(planChunks(entries(500, 1)).chunks.map(({ length }) => length)).toEqual([500]);
    expect(planChunks(entries(501, 1)).chunks.map(({ length }) => length)).toEqual([500, 1]);
  });

  it('counts keys: ten records of 1 MiB with their key fill a request', () => {
    expect(planChunks(entries(10, MIB - 1)).chunks.map(({ length }) => length)).toEqual([10]);
    expect(planChunks([...entries(10, MIB - 1), ...entries(1, 0)]).chunks.map(({ length }) => length)).toEqual([10, 1]);
  });

  it('leaves out a record that is above 1 MiB with its key in UTF-8', () => {
    const data = new Uint8Array(MIB - 1);

    expect(planChunks(['k', 'ü', 'k'].map((partitionKey) => ({ partitionKey, data })))).toEqual({ chunks: [[0, 2]], tooLarge: [1] });
  });

  it('takes every index once and in order, whatever the sizes', () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 400, MIB / 2, MIB - 1, MIB), { maxLength: 700 });
    const blank = new Uint8Array(MIB);
    fc.assert(
      fc.property(sizes, (lengths) => {
        const { chunks, tooLarge } = planChunks(lengths.map((length) => ({ partitionKey: 'k', data: blank.subarray(0, length) })));
        expect(chunks.flat()).toEqual(lengths.flatMap((length, index) => (length + 1 > MIB ? [] : [index])));
        expect(tooLarge).toEqual(lengths.flatMap((length, index) => (length + 1 > MIB ? [index] : [])));
        for (const chunk of chunks) {
          expect(chunk.length).toBeLessThanOrEqual(500);
          expect(chunk.reduce((sum, index) => sum + (lengths[index] ?? 0) + 1, 0)).toBeLessThanOrEqual(10 * MIB);
        }
      }),
      { numRuns: 50 },
    );
  });
});

function entries(count: number, bytes: number): StreamEntry[] {
  const data = new Uint8Array(bytes);
  return Array.from({ length: count }, () => ({ partitionKey: 'k', data }));
}
