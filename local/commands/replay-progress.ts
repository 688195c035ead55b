import { createReadStream, type ReadStream } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { readLines } from '../weblog/read-lines.ts';

/** Up to this size a file's lines are counted first, which takes a second or two. */
const COUNTED_BYTES = 64 * 1024 * 1024;

/**
 * A bar on standard error of how much of the file was replayed: by lines, or for a large file by bytes read, which run
 * ahead of the lines by a buffer or two.
 */
export async function replayBar(source: ReadStream, file: string, size: number): Promise<{ update(lines: number): void; stop(): void }> {
  const totalLines = size <= COUNTED_BYTES ? await countLines(file) : undefined;
  const bar = new SingleBar({ format: '{bar} {percentage}% | {lines} lines | {eta_formatted} to go', stream: process.stderr });
  bar.start(totalLines ?? size, 0, { lines: 0 });
  return {
    update: (lines) => bar.update(totalLines === undefined ? source.bytesRead : lines, { lines }),
    stop: () => bar.stop(),
  };
}

/** As many as can be read: of a file that is cut off, those before the cut. */
async function countLines(file: string): Promise<number> {
  let count = 0;
  try {
    for await (const lines of readLines(createReadStream(file))) count += lines.length;
  } catch {
    // The replay itself will say what is wrong with the file.
  }
  return count;
}
