import type { Server } from 'node:http';
import { createRequire } from 'node:module';

interface DynaliteOptions {
  /** A folder for LevelDB; undefined keeps the tables in memory. */
  path: string | undefined;
  createTableMs: number;
  deleteTableMs: number;
  updateTableMs: number;
}

/** dynalite 4, which has no types: an HTTP server that is not yet listening and closes its store with itself. */
export const dynalite = createRequire(import.meta.url)('dynalite') as (options: DynaliteOptions) => Server;
