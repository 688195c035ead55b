import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The last delivered sequence number of each shard in `<dataDir>/positions.json`, replaced as a whole, so that a kill
 * leaves the old positions or the new. Without a folder, positions last as long as the process.
 */
export class Positions {
  readonly #file: string | undefined;
  #saved = '{}';

  constructor(dataDir: string | undefined) {
    this.#file = dataDir === undefined ? undefined : join(dataDir, 'positions.json');
    if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  }

  load(): Record<string, string> {
    if (this.#file === undefined) return {};
    try {
      this.#saved = readFileSync(this.#file, 'utf8');
      return JSON.parse(this.#saved) as Record<string, string>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new Error(`Firehose: ${this.#file} cannot be read. Delete it to deliver the stream again from its start.`, { cause: error });
    }
  }

  save(positions: Record<string, string>): void {
    const text = JSON.stringify(positions);
    if (this.#file === undefined || text === this.#saved) return;
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
    this.#saved = text;
  }
}
