import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { eventIdentity } from './identity.ts';

const unzip = promisify(gunzip);
const HOUR_MS = 3_600_000;
/** An object's hour is that of its oldest record; Firehose holds records for 15 minutes at most, and retries. */
const LATEST_DELIVERY_MS = 2 * HOUR_MS;
const PARTITION = /year=(\d{4})\/month=(\d\d)\/day=(\d\d)\/hour=(\d\d)\//;

/** The event ids of one object of the lake. */
export interface DeliveredIds {
  ids: string[];
  /** Whether the stream must still hold all of these: the object's hour is younger than `horizonMs`. */
  isWithinRetention: boolean;
}

/**
 * The event ids of the objects below `lakeDir` that may hold records which arrived after `horizonMs`, object by object;
 * none when the folder is not there.
 */
export async function* deliveredIds(lakeDir: string, horizonMs: number): AsyncIterable<DeliveredIds> {
  for await (const file of glob('events/**/*.gz', { cwd: lakeDir })) {
    const [, year, month, day, hour] = PARTITION.exec(file) ?? [];
    const hourMs = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
    if (hourMs < horizonMs - LATEST_DELIVERY_MS) continue;
    // Firehose closes an object at 128 MiB before compression, so that one always fits in memory.
    const lines = (await unzip(await readFile(join(lakeDir, file)))).toString('utf8').split('\n');
    yield { ids: lines.map(eventIdentity).filter((id) => id !== undefined), isWithinRetention: hourMs >= horizonMs };
  }
}
