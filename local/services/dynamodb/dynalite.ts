import type { Server } from 'node:http';
import { createRequire } from 'node:module';

import { cacheTables, type TableStore } from './cached-tables.ts';

interface DynaliteOptions {
  /** A folder for LevelDB; undefined keeps the tables in memory. */
  path: string | undefined;
  createTableMs: number;
  deleteTableMs: number;
  updateTableMs: number;
}

const require = createRequire(import.meta.url);
const database = require('dynalite/db') as { create(options: DynaliteOptions): { tableDb: TableStore } };
const create = database.create;
database.create = (options) => {
  const store = create(options);
  cacheTables(store.tableDb);
  return store;
};

/** dynalite 4, which has no types: an HTTP server that is not yet listening and closes its store with itself. */
export const dynalite = require('dynalite') as (options: DynaliteOptions) => Server;
