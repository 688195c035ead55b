import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Json } from '@duckdb/node-api';
import { asCsvLine, asJsonObject, asTable, MAX_TABLE_ROWS } from '../lake/format-result.ts';
import { queryLake, QueryError, type QueryResult } from '../lake/query-lake.ts';
import { lakeFolder, VIEW_NAMES } from '../lake/views.ts';
import { CommandError, UsageError } from './errors.ts';
import { command } from './options.ts';
import { runCommand } from './run-command.ts';

const QUERY = command({
  name: 'query',
  summary: "Answers SQL over the local lake's files, by DuckDB. Only reads; works while `npm start` runs and after.",
  positionals: [{ name: 'SQL', help: 'one query, in quotes.' }],
  options: {
    data: { type: 'text', value: 'DIR', default: '.millrace', help: 'the data folder of `npm start`' },
    json: { type: 'flag', help: 'print a JSON array, an object a row' },
    csv: { type: 'flag', help: 'print CSV with a header' },
  },
  examples: [
    {
      does: 'what happens, by the hour',
      line: `npm run query -- "select date_trunc('hour', event_time) as hour, event_type, count(distinct event_id) as events from events group by all order by hour, events desc, event_type"`,
    },
    {
      does: 'how far visitors get',
      line: `npm run query -- "select count(distinct anonymous_id) as visitors, count(distinct anonymous_id) filter (event_type = 'product_view') as looked, count(distinct anonymous_id) filter (event_type = 'add_to_cart') as chose, count(distinct anonymous_id) filter (event_type = 'purchase') as bought from events"`,
    },
    {
      does: 'what they pay, in minor units of each currency',
      line: `npm run query -- "select properties->>'currency' as currency, count(*) as purchases, sum((properties->>'amount_minor')::bigint) as amount_minor from (select distinct on (event_id) * from events where event_type = 'purchase') group by currency order by purchases desc, currency"`,
    },
  ],
  notes: `Views:
${VIEW_NAMES.map(({ name, holds }) => `  ${name.padEnd(12)}${holds}`).join('\n')}
Times are UTC. Delivery is at least once, so count distinct event_id; year, month, day and hour are of the arrival.
Columns: npm run query -- "describe events"`,
});

await runCommand(QUERY, async ({ options, positionals }) => {
  if (options.json && options.csv) throw new UsageError('--json and --csv: expected one of them, got both.');
  const dataDir = resolve(options.data);
  if (!existsSync(lakeFolder(dataDir))) {
    throw new CommandError(`There is no lake in ${options.data} yet. \`npm start\` makes one and fills it; if it keeps its data elsewhere, say where with --data DIR.`);
  }
  let result: QueryResult | undefined;
  try {
    result = await queryLake(dataDir, positionals[0] ?? '');
    if (result.emptyViews.includes('events')) process.stderr.write(`The lake in ${options.data} holds no events yet: Firehose delivers what it buffers after a few seconds.\n`);
    await (options.json ? printJson(result) : options.csv ? printCsv(result) : printTable(result));
  } catch (error) {
    if (error instanceof QueryError) throw new CommandError(error.message, { cause: error });
    throw error;
  } finally {
    result?.close();
  }
});

async function printTable({ columns, rows }: QueryResult): Promise<void> {
  const shown: Json[][] = [];
  for await (const chunk of rows) {
    shown.push(...chunk);
    if (shown.length > MAX_TABLE_ROWS) break;
  }
  process.stdout.write(asTable(columns, shown.slice(0, MAX_TABLE_ROWS), shown.length > MAX_TABLE_ROWS));
}

async function printCsv({ columns, rows }: QueryResult): Promise<void> {
  process.stdout.write(`${asCsvLine(columns.map(({ name }) => name))}\n`);
  for await (const chunk of rows) await print(chunk.map((row) => `${asCsvLine(row)}\n`).join(''));
}

async function printJson({ columns, rows }: QueryResult): Promise<void> {
  let separator = '[';
  for await (const chunk of rows) {
    if (chunk.length === 0) continue;
    await print(separator + chunk.map((row) => asJsonObject(columns, row)).join(',\n'));
    separator = ',\n';
  }
  process.stdout.write(separator === '[' ? '[]\n' : ']\n');
}

/** Waits for a slow reader, so that a large answer does not pile up in memory. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await new Promise((resume) => process.stdout.once('drain', resume));
}
