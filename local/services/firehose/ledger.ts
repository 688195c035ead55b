import { appendFileSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** A record that Firehose took from the stream and did not deliver. */
export interface UndeliveredRecord {
  shardId: string;
  sequenceNumber: string;
  subSequenceNumber: number;
  /** The function's own verdict, or `Failed` when it gave none that counts. */
  result: 'Dropped' | 'ProcessingFailed' | 'Failed';
  errorCode?: string;
  /** What the function returned as the record's data, as text; Firehose ignores it. */
  data?: string;
}

/**
 * Every undelivered record, a line of JSON each, in `<dataDir>/ledger.ndjson`; a line is written before the position
 * in the stream passes its record. After a kill a record may have two lines. Without a folder, they are in memory.
 */
export class Ledger {
  readonly #file: string | undefined;
  readonly #lines: UndeliveredRecord[] = [];

  constructor(dataDir: string | undefined) {
    this.#file = dataDir === undefined ? undefined : join(dataDir, 'ledger.ndjson');
    if (dataDir === undefined || this.#file === undefined) return;
    mkdirSync(dataDir, { recursive: true });
    cutTornLine(this.#file);
  }

  append(records: readonly UndeliveredRecord[]): void {
    if (records.length === 0) return;
    if (this.#file === undefined) this.#lines.push(...records);
    else appendFileSync(this.#file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }

  /** All lines, of earlier runs too. */
  read(): UndeliveredRecord[] {
    if (this.#file === undefined) return [...this.#lines];
    const text = readIfThere(this.#file)?.toString('utf8') ?? '';
    return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as UndeliveredRecord);
  }
}

/** A kill in the middle of an append leaves a part of a line, to which the next line must not be glued. */
function cutTornLine(file: string): void {
  const bytes = readIfThere(file);
  if (bytes && bytes.length > 0 && bytes.at(-1) !== 0x0a) truncateSync(file, bytes.lastIndexOf(0x0a) + 1);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
