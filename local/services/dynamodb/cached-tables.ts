type Callback = (error: Error | null, value?: unknown) => void;

/** dynalite's store of table definitions, by table name. */
export interface TableStore {
  get(name: string, callback: Callback): void;
  put(name: string, table: unknown, callback: Callback): void;
  del(name: string, callback: Callback): void;
}

/**
 * Keeps the definitions of tables in memory, changing the store in place: dynalite reads a table's definition two or
 * three times a request, each a round trip to a thread of LevelDB's. A write forgets it, at its begin and its end.
 */
export function cacheTables(store: TableStore): void {
  const { get, put, del } = store;
  const texts = new Map<string, string>();
  let writes = 0;
  const forgetting = (name: string, callback: Callback): Callback => {
    const forget = (): void => {
      texts.delete(name);
      writes++;
    };
    forget();
    return (...outcome) => {
      forget();
      callback(...outcome);
    };
  };
  store.put = (name, table, callback) => put(name, table, forgetting(name, callback));
  store.del = (name, callback) => del(name, forgetting(name, callback));
  store.get = (name, callback) => {
    const text = texts.get(name);
    // A copy, as from the file: dynalite changes what it gets.
    if (text !== undefined) return void process.nextTick(callback, null, JSON.parse(text));
    const writesBefore = writes;
    get(name, (error, table) => {
      if (!error && table !== undefined && writes === writesBefore) texts.set(name, JSON.stringify(table));
      callback(error, table);
    });
  };
}
