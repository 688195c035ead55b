import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { eventIdentity } from './identity.ts';

const unzip = promisify(gunzip);

/** The event ids of every object of the lake below `lakeDir`, file by file; none when the folder is not there. */
export async function* deliveredIds(lakeDir: string): AsyncIterable<string[]> {
  for await (const file of glob('events/**/*.gz', { cwd: lakeDir })) {
    // Firehose closes an object at 128 MiB before compression, so that one always fits in memory.
    const lines = (await unzip(await readFile(join(lakeDir, file)))).toString('utf8').split('\n');
    yield lines.map(eventIdentity).filter((id) => id !== undefined);
  }
}
