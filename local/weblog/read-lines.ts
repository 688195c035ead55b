import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Longer lines are refused unread: no server logs them, and memory stays bounded whatever the file holds. */
export const MAX_LINE_BYTES = 65_536;

export interface Line {
  /** From 1. */
  number: number;
  /** Its bytes, one a character (`latin1`), without the end of line; of a line that is too long, only its beginning. */
  text: string;
  tooLong: boolean;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * The lines of a file of any size, an array for each chunk read, gunzipped when its first two bytes say gzip.
 * Lines end in LF or CRLF; what follows the last end of line is a line unless it is empty.
 */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let number = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  const take = (end: Buffer): Line => {
    const length = keptBytes + end.length;
    const bytes = Buffer.concat([...kept, end.subarray(0, MAX_LINE_BYTES + 1)]);
    [kept, keptBytes] = [[], 0];
    const unended = length > 0 && bytes.length === length && bytes[length - 1] === CR ? length - 1 : length;
    return { number: ++number, text: bytes.toString('latin1', 0, Math.min(unended, MAX_LINE_BYTES)), tooLong: unended > MAX_LINE_BYTES };
  };
  for await (const chunk of decompressed(source)) {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      lines.push(take(chunk.subarray(from, at)));
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    if (keptBytes <= MAX_LINE_BYTES) kept.push(rest.subarray(0, MAX_LINE_BYTES + 1));
    keptBytes += rest.length;
    if (lines.length > 0) yield lines;
  }
  if (keptBytes > 0) yield [take(Buffer.alloc(0))];
}

async function* decompressed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  const whole = (async function* () {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip();
  // An error of either stream ends both; the loop below throws it, so this promise has nothing to add.
  pipeline(Readable.from(whole, { objectMode: false }), gunzip).catch(() => undefined);
  yield* gunzip as AsyncIterable<Buffer>;
}
