import type { Json } from '@duckdb/node-api';

interface Column {
  name: string;
  type: string;
}

/** Rows that a table shows; more are for files, as CSV or JSON. */
export const MAX_TABLE_ROWS = 1_000;
const MAX_CELL_LENGTH = 80;
const NUMBER_TYPES = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL)/;

/** Rows as a table for a terminal: numbers to the right, long text cut, control characters escaped. */
export function asTable(columns: readonly Column[], rows: readonly Json[][], more: boolean): string {
  const cells = rows.map((row) => row.map(cell));
  const widths = columns.map(({ name }, index) => Math.max(width(name), ...cells.map((row) => width(row[index] ?? ''))));
  const line = (values: string[]): string =>
    values
      .map((value, index) => {
        const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(value)));
        return NUMBER_TYPES.test(columns[index]?.type ?? '') ? padding + value : value + padding;
      })
      .join('  ')
      .trimEnd();
  const count = more ? `the first ${rows.length} rows: say limit, --csv or --json for others` : rows.length === 1 ? '1 row' : `${rows.length} rows`;
  return [line(columns.map(({ name }) => name)), widths.map((size) => '─'.repeat(size)).join('  '), ...cells.map(line), `(${count})`, ''].join('\n');
}

/** One row as a line of CSV (RFC 4180, but for LF); null is empty. */
export function asCsvLine(values: readonly Json[]): string {
  return values.map((value) => csvField(value === null ? '' : text(value))).join(',');
}

function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** One row as a JSON object: integers that a double holds and decimals as numbers, JSON columns as what they say. */
export function asJsonObject(columns: readonly Column[], row: readonly Json[]): string {
  return JSON.stringify(Object.fromEntries(columns.map(({ name, type }, index) => [name, typed(type, row[index] ?? null)])));
}

function typed(type: string, value: Json): Json {
  if (typeof value !== 'string') return value;
  if (type === 'JSON') return parsed(value);
  if (!NUMBER_TYPES.test(type)) return value;
  const number = Number(value);
  return Number.isFinite(number) && (type.startsWith('D') || Number.isSafeInteger(number)) ? number : value;
}

function parsed(value: string): Json {
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function cell(value: Json): string {
  const shown = text(value);
  const cut = shown.length > MAX_CELL_LENGTH ? `${shown.slice(0, MAX_CELL_LENGTH - 1)}…` : shown;
  return cut.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1).replace(/^[^\\]$/, '�'));
}

function text(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Terminal cells, as far as one a code point will do. */
function width(value: string): number {
  return [...value].length;
}
