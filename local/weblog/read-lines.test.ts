import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MAX_LINE_BYTES, readLines, type Line } from './read-lines.ts';

async function* chunks(...parts: Uint8Array[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

async function all(source: AsyncIterable<Buffer>): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const some of readLines(source)) lines.push(...some);
  return lines;
}

describe('readLines', () => {
  it('numbers lines from 1, ends them at LF or CRLF, and takes a last line without an end', async () => {
    expect(await all(chunks(Buffer.from('a\r\n\nb\rc\nlast\r')))).toEqual([
      { number: 1, text: 'a', tooLong: false },
      { number: 2, text: '', tooLong: false },
      { number: 3, text: 'b\rc', tooLong: false },
      { number: 4, text: 'last', tooLong: false },
    ]);
    expect(await all(chunks())).toEqual([]);
    expect(await all(chunks(Buffer.from('\n')))).toEqual([{ number: 1, text: '', tooLong: false }]);
  });

  it('gunzips by content, members joined end to end too, even when the first chunk is one byte', async () => {
    const zipped = Buffer.concat([gzipSync('one\ntw'), gzipSync('o\n')]);
    const lines = await all(chunks(zipped.subarray(0, 1), zipped.subarray(1, 20), zipped.subarray(20)));
    expect(lines.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('fails on gzip that is cut off, after the lines that were whole', async () => {
    const zipped = gzipSync(Buffer.from(Array.from({ length: 50_000 }, (_, index) => `${index}\n`).join('')));
    await expect(all(chunks(zipped.subarray(0, -20)))).rejects.toThrow('unexpected end of file');
  });

  it('takes a line of the limit and refuses one byte more, keeping its beginning alone', async () => {
    const fits = 'x'.repeat(MAX_LINE_BYTES);
    const lines = await all(chunks(Buffer.from(`${fits}\r\n${fits}y\n`), Buffer.from('z'.repeat(MAX_LINE_BYTES * 3)), Buffer.from('z\nafter\n')));
    expect(lines.map(({ text, tooLong }) => [text.length, tooLong])).toEqual([
      [65_536, false],
      [65_536, true],
      [65_536, true],
      [5, false],
    ]);
  });

  it('finds the same lines wherever chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 })), fc.boolean(), async (parts, zip) => {
        const whole = Buffer.concat(parts);
        const expected = whole.toString('latin1').split('\n');
        if (expected.at(-1) === '') expected.pop();
        const gzipLike = whole[0] === 0x1f && whole[1] === 0x8b;
        const source = zip || gzipLike ? chunks(gzipSync(whole)) : chunks(...parts);
        expect((await all(source)).map(({ text }) => text)).toEqual(expected.map((line) => line.replace(/\r$/, '')));
      }),
    );
  });
});
