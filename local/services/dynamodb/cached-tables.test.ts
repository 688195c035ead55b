import { expect, test } from '@jest/globals';
import { cacheTables, type TableStore } from './cached-tables.ts';

/** A store that answers when `answer` is called, in the order of the calls. */
function slowStore() {
  const tables = new Map<string, unknown>();
  const calls: string[] = [];
  const waiting: (() => void)[] = [];
  const store: TableStore = {
    get: (name, callback) => {
      calls.push(`get ${name}`);
      const found = tables.get(name);
      waiting.push(() => callback(null, found));
    },
    put: (name, table, callback) => {
      calls.push('put');
      waiting.push(() => (tables.set(name, table), callback(null)));
    },
    del: (name, callback) => {
      calls.push('del');
      waiting.push(() => (tables.delete(name), callback(null)));
    },
  };
  cacheTables(store);
  return { store, calls, answer: () => waiting.shift()?.() };
}

const get = (store: TableStore, name: string): Promise<unknown> => new Promise((resolve) => store.get(name, (_, table) => resolve(table)));

test('a definition is read once, each reader gets its own, and a write makes it be read again', async () => {
  const { store, calls, answer } = slowStore();
  store.put('visitors', { status: 'CREATING' }, () => undefined);
  answer();
  const first = get(store, 'visitors');
  answer();
  Object.assign((await first) as object, { status: 'changed by its reader' });
  expect(await get(store, 'visitors')).toEqual({ status: 'CREATING' });

  store.put('visitors', { status: 'ACTIVE' }, () => undefined);
  answer();
  const again = get(store, 'visitors');
  answer();
  expect(await again).toEqual({ status: 'ACTIVE' });
  store.del('visitors', () => undefined);
  answer();
  const gone = get(store, 'visitors');
  answer();
  expect(await gone).toBeUndefined();
  expect(calls).toEqual(['put', 'get visitors', 'put', 'get visitors', 'del', 'get visitors']);
});

test('a definition that was read while a write was on its way is not kept', async () => {
  const { store, answer } = slowStore();
  store.put('visitors', { status: 'ACTIVE' }, () => undefined);
  answer();
  store.put('visitors', { status: 'DELETING' }, () => undefined);
  const old = get(store, 'visitors');
  answer();
  answer();
  expect(await old).toEqual({ status: 'ACTIVE' });
  const later = get(store, 'visitors');
  answer();
  expect(await later).toEqual({ status: 'DELETING' });
});
