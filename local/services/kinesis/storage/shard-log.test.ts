import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SegmentCache } from './segment-cache.ts';
import { ShardLog } from './shard-log.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shard-log-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (segmentBytes = 1_000_000, cacheBytes = 1_000_000): ShardLog => new ShardLog({ directory, segmentBytes, cache: new SegmentCache(cacheBytes) });

function append(log: ShardLog, from: number, to: number): void {
  for (let place = from; place <= to; place++) {
    log.append({ arrivalMs: place * 1000, encrypted: place % 2 === 0, partitionKey: `ключ-${place}`, data: Buffer.from(`data ${place}`).toString('base64') });
  }
  log.flush();
}

function read(log: ShardLog, from = 1): string[] {
  const found: string[] = [];
  log.scan(from, ({ place, arrivalMs, encrypted, partitionKey, data }) => {
    found.push(`${place} ${arrivalMs} ${encrypted} ${partitionKey} ${Buffer.from(data, 'base64').toString()}`);
    return true;
  });
  return found;
}

describe('a shard log', () => {
  test('gives back what was appended, and after opening again too', () => {
    const log = open();
    append(log, 1, 2);
    const expected = ['1 1000 false ключ-1 data 1', '2 2000 true ключ-2 data 2'];
    expect(read(log)).toEqual(expected);
    log.close();
    const again = open();
    expect(read(again)).toEqual(expected);
    expect(again.lastArrivalMs).toBe(2000);
    append(again, 3, 3);
    expect(read(again, 3)).toEqual(['3 3000 false ключ-3 data 3']);
  });

  test('hides from readers what is not in the file yet', () => {
    const log = open();
    log.append({ arrivalMs: 1, encrypted: false, partitionKey: 'a', data: '' });
    expect(read(log)).toEqual([]);
    log.flush();
    expect(read(log)).toHaveLength(1);
  });

  test('reads old segments back from their files while it keeps only few in memory', () => {
    const log = open(500, 1000);
    append(log, 1, 300);
    expect(readdirSync(directory).length).toBeGreaterThan(10);
    expect(read(log)).toHaveLength(300);
    expect(read(log, 150)[0]).toBe('150 150000 true ключ-150 data 150');
    log.close();
    const again = open(500, 1000);
    expect(read(again)).toHaveLength(300);
    expect([again.placeAt(149_001), again.placeAt(150_000), again.placeAt(0), again.placeAt(300_001)]).toEqual([150, 150, 1, 301]);
  });

  test('deletes the files of segments whose records are all before a place', () => {
    const log = open(500);
    append(log, 1, 100);
    const before = readdirSync(directory).length;
    log.dropBefore(60);
    expect(readdirSync(directory).length).toBeLessThan(before);
    expect(log.firstPlace).toBeLessThanOrEqual(60);
    expect(read(log, 60)[0]).toBe('60 60000 true ключ-60 data 60');
    log.close();
    expect(read(open(500)).at(-1)).toBe('100 100000 true ключ-100 data 100');
  });

  const file = (): string => join(directory, readdirSync(directory).at(-1)!);

  test.each([
    ['half a frame', () => appendFileSync(file(), readFileSync(file()).subarray(0, 20)), 3],
    ['a torn last record', () => truncateSync(file(), statSync(file()).size - 3), 2],
    ['zeros, as a file system may leave them', () => appendFileSync(file(), Buffer.alloc(100)), 3],
    ['a flipped bit in the last record', () => {
      const bytes = readFileSync(file());
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(file(), bytes);
    }, 2],
  ])('cuts off %s on opening, and goes on from there', (_, damage, kept) => {
    const log = open();
    append(log, 1, 3);
    log.close();
    damage();
    const again = open();
    expect(read(again)).toHaveLength(kept);
    append(again, kept + 1, kept + 1);
    again.close();
    expect(read(open()).at(-1)).toContain(`data ${kept + 1}`);
  });

  test.each([['nothing', Buffer.alloc(0)], ['half a frame', Buffer.alloc(10, 1)]])('goes on in the segment before when the newest file holds %s', (_, bytes) => {
    const log = open(500);
    append(log, 1, 100);
    log.close();
    writeFileSync(join(directory, '0000000000000101.log'), bytes);
    const again = open(500);
    expect([again.lastArrivalMs, again.endPlace]).toEqual([100_000, 101]);
    append(again, 101, 101);
    again.close();
    expect(read(open(500)).at(-1)).toBe('101 101000 false ключ-101 data 101');
  });

  test('names the file when an old segment was damaged', () => {
    const log = open(500);
    append(log, 1, 100);
    log.close();
    const oldest = join(directory, readdirSync(directory)[0]!);
    truncateSync(oldest, 100);
    expect(() => read(open(500))).toThrow(oldest);
  });
});
