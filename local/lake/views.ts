import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A name for SQL over some of the data folder's files. */
interface View {
  name: string;
  /** What it holds, for `--help`. */
  holds: string;
  /** Where its files are, as a folder and a pattern below it. */
  folder: (dataDir: string) => string;
  pattern: string;
  isFile: (name: string) => boolean;
  /** What is in the files: read with these types whatever a file leaves away, so that a query means the same on any day. */
  columns: Readonly<Record<string, string>>;
  /** Hive partitions of the files' paths. */
  partitions: Readonly<Record<string, string>>;
  compression: 'gzip' | 'uncompressed';
  /** What is selected of the columns; all of them by default. */
  select?: string;
}

/** The columns of the lake's events, in DuckDB's types: the event contract, and what transform-records adds. Times are UTC. */
export const EVENT_COLUMNS: Readonly<Record<string, string>> = {
  event_id: 'VARCHAR',
  app_id: 'VARCHAR',
  event_type: 'VARCHAR',
  event_time: 'TIMESTAMP',
  received_at: 'TIMESTAMP',
  user_id: 'VARCHAR',
  anonymous_id: 'VARCHAR',
  session_id: 'VARCHAR',
  device_id: 'VARCHAR',
  page: 'VARCHAR',
  referrer: 'VARCHAR',
  user_agent: 'VARCHAR',
  ip: 'VARCHAR',
  properties: 'JSON',
  schema_version: 'INTEGER',
  source: 'VARCHAR',
  processed_at: 'TIMESTAMP',
  environment: 'VARCHAR',
};

/** Where the lake's bucket has its objects as plain files under their keys; the failures bucket is beside it. */
export function lakeFolder(dataDir: string): string {
  return join(dataDir, 'lake');
}

const VIEWS: readonly View[] = [
  {
    name: 'events',
    holds: 'the lake, a row an event as it was delivered, partitioned by the hour (UTC) of its arrival',
    folder: (dataDir) => join(lakeFolder(dataDir), 'events'),
    pattern: '**/*.gz',
    isFile: (name) => name.endsWith('.gz'),
    columns: EVENT_COLUMNS,
    partitions: { year: 'INTEGER', month: 'INTEGER', day: 'INTEGER', hour: 'INTEGER' },
    compression: 'gzip',
  },
  {
    name: 'errors',
    holds: "the lake's error prefix: records that transform-records or Firehose could not process",
    folder: (dataDir) => join(lakeFolder(dataDir), 'errors'),
    pattern: '**/*',
    isFile: () => true,
    columns: { attemptsMade: 'INTEGER', arrivalTimestamp: 'BIGINT', errorCode: 'VARCHAR', errorMessage: 'VARCHAR', attemptEndingTimestamp: 'BIGINT', rawData: 'VARCHAR', lambdaArn: 'VARCHAR' },
    partitions: {},
    compression: 'uncompressed',
    select: `epoch_ms(arrivalTimestamp) as arrived_at, errorCode as error_code, errorMessage as error_message,
      attemptsMade as attempts_made, epoch_ms(attemptEndingTimestamp) as attempt_ended_at, rawData as raw_data`,
  },
  {
    name: 'quarantine',
    holds: 'what score-events set aside because it can never be applied, with the reason',
    folder: (dataDir) => join(dataDir, 'failures', 'quarantine'),
    pattern: '**/*.json',
    isFile: (name) => name.endsWith('.json'),
    columns: {
      code: 'VARCHAR', reason: 'VARCHAR', event_id: 'VARCHAR', function_version: 'VARCHAR', shard_id: 'VARCHAR',
      sequence_number: 'VARCHAR', sub_sequence_number: 'BIGINT', payload: 'VARCHAR', quarantined_at: 'TIMESTAMP',
    },
    partitions: {},
    compression: 'uncompressed',
  },
];

/** The views there are, each with what it holds. */
export const VIEW_NAMES: readonly { name: string; holds: string }[] = VIEWS;

/** The statements that make the views over the data folder; a view without files is empty, with the same types. */
export async function createViews(dataDir: string): Promise<{ sql: string; emptyViews: string[] }> {
  const emptyViews: string[] = [];
  const statements = VIEWS.map(async (view) => {
    const folder = view.folder(dataDir);
    const hasFiles = await holdsFile(folder, view.isFile);
    if (!hasFiles) emptyViews.push(view.name);
    return `create view ${view.name} as select ${view.select ?? Object.keys({ ...view.columns, ...view.partitions }).join(', ')} from ${hasFiles ? readFiles(view, folder) : noRows(view)};`;
  });
  return { sql: (await Promise.all(statements)).join('\n'), emptyViews };
}

function readFiles({ pattern, columns, partitions, compression }: View, folder: string): string {
  const types = (record: Readonly<Record<string, string>>): string => Object.entries(record).map(([name, type]) => `${quote(name)}: ${quote(type)}`).join(', ');
  const hive = Object.keys(partitions).length > 0 ? `hive_partitioning = true, hive_types = {${Object.entries(partitions).map(([name, type]) => `${name}: ${type}`).join(', ')}}` : 'hive_partitioning = false';
  return `read_json(${quote(`${globEscaped(folder)}/${pattern}`)}, format = 'newline_delimited', compression = '${compression}', columns = {${types(columns)}}, ${hive})`;
}

function noRows({ columns, partitions }: View): string {
  const typed = Object.entries({ ...columns, ...partitions }).map(([name, type]) => `null::${type} as ${name}`);
  return `(select ${typed.join(', ')} where false)`;
}

async function holdsFile(folder: string, isFile: (name: string) => boolean): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.some((entry) => entry.isFile() && isFile(entry.name));
}

/** A folder's name may hold what a pattern gives a meaning to. */
function globEscaped(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
