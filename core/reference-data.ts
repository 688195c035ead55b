import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crawlerListSchema, type CrawlerList } from './contracts/crawler-list.ts';
import { MillraceError } from './errors.ts';

/** A file of the reference-data layer that is missing or not what it should be. */
export class ReferenceDataError extends MillraceError {
  constructor(file: string, cause: unknown) {
    super(
      'ReferenceDataError',
      'reference_data.unreadable',
      `${file}: expected the crawler list of the reference-data layer; ${(cause as Error).message}. Is the layer attached, and REFERENCE_DATA_DIR its folder?`,
      { file },
      cause,
    );
  }
}

/** Reads the layer's crawler list once, for the life of the environment. */
export function readCrawlerList(referenceDataDir: string): CrawlerList {
  const file = join(referenceDataDir, 'crawlers.json');
  try {
    return crawlerListSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new ReferenceDataError(file, error);
  }
}
