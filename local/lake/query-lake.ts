import { DuckDBInstance, StatementType, type DuckDBConnection, type Json } from '@duckdb/node-api';
import { createViews } from './views.ts';

export interface QueryResult {
  columns: { name: string; type: string }[];
  /** Values as DuckDB prints them: integers above 32 bits, decimals and times are text. In chunks. */
  rows: AsyncIterable<Json[][]>;
  /** Views that have no file yet. */
  emptyViews: string[];
  close(): void;
}

/** SQL that the lake cannot answer; `listing` says what there is when a name was not found. */
export class QueryError extends Error {
  override name = 'QueryError';
}

/** One SELECT over the views of a data folder, by DuckDB in this process. Nothing is written; times are UTC. */
export async function queryLake(dataDir: string, sql: string): Promise<QueryResult> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    const { sql: views, emptyViews } = await createViews(dataDir);
    await connection.run(`set TimeZone = 'UTC'; ${views}`);
    const statement = await prepareSelect(connection, sql);
    const result = await statement.stream().catch((error: unknown) => fail(connection, error));
    const columns = result.deduplicatedColumnNames().map((name, index) => {
      const type = result.columnType(index);
      return { name, type: type.alias ?? String(type) };
    });
    return { columns, rows: explained(connection, result.yieldRowsJson()), emptyViews, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function prepareSelect(connection: DuckDBConnection, sql: string): ReturnType<DuckDBConnection['prepare']> {
  if (sql.replaceAll(/--.*$/gm, '').trim() === '') throw new QueryError('expected a query, got nothing.');
  const statements = await connection.extractStatements(sql).catch((error: unknown) => fail(connection, error));
  if (statements.count !== 1) throw new QueryError(`expected one statement, got ${statements.count}.`);
  const statement = await statements.prepare(0).catch((error: unknown) => fail(connection, error));
  if (statement.statementType !== StatementType.SELECT) {
    throw new QueryError(`expected a query (select, with, describe, summarize), got ${StatementType[statement.statementType]}: the lake is only read.`);
  }
  return statement;
}

async function* explained(connection: DuckDBConnection, rows: AsyncIterable<Json[][]>): AsyncIterable<Json[][]> {
  try {
    yield* rows;
  } catch (error) {
    await fail(connection, error);
  }
}

/** DuckDB says where it stopped; what there is instead of an unknown name is added here. */
async function fail(connection: DuckDBConnection, error: unknown): Promise<never> {
  const text = (error as Error).message.replace(/^Failed to extract statements: /, '');
  const unknownName = /^(Binder|Catalog) Error: .*(not found|does not exist)/.test(text);
  throw new QueryError(unknownName ? `${text}\n\n${await listColumns(connection)}` : text, { cause: error });
}

async function listColumns(connection: DuckDBConnection): Promise<string> {
  const result = await connection.run('select table_name, string_agg(column_name, \', \' order by column_index) from duckdb_columns() where not internal group by 1 order by 1');
  const rows = await result.getRowsJson();
  return rows.map(([view, columns]) => `${String(view)}: ${String(columns)}`).join('\n');
}
