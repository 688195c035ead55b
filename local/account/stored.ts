import { createReadStream } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { eventIdentity } from './identity.ts';
import type { UndeliveredRecord } from './audit.ts';

const unzip = promisify(gunzip);

/** The event ids of every object of the lake below `lakeDir`, file by file; none when the folder is not there. */
export async function* deliveredIds(lakeDir: string): AsyncIterable<string[]> {
  for await (const file of glob('events/**/*.gz', { cwd: lakeDir })) {
    // Firehose closes an object at 128 MiB before compression, so that one always fits in memory.
    const lines = (await unzip(await readFile(join(lakeDir, file)))).toString('utf8').split('\n');
    yield lines.map(eventIdentity).filter((id) => id !== undefined);
  }
}

/** The records of a delivery stream's ledger; none when nothing was ever left undelivered. */
export async function* undeliveredRecords(ledgerFile: string): AsyncIterable<UndeliveredRecord[]> {
  let rest = '';
  try {
    for await (const text of createReadStream(ledgerFile, 'utf8')) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      yield lines.filter((line) => line !== '').map((line) => JSON.parse(line) as UndeliveredRecord);
    }
    // A kill in the middle of a write leaves a torn last line; its record is read again from the stream.
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
