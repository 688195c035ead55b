/** `npm run proof:weblog -- FILE`: a web server's access log through the whole pipeline, compared with an awk over the file. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { balances } from '../../local/account/account.ts';
import { CommandError } from '../../local/commands/errors.ts';
import { command } from '../../local/commands/options.ts';
import { runCommand } from '../../local/commands/run-command.ts';
import { accountOf, startCommand, type Ended } from '../e2e/start-command.ts';
import { PROJECT } from '../e2e/test-cloud.ts';
import { countByAwk, type AwkReading, type Counts } from './awk-counts.ts';

const run = promisify(execFile);

/** The longest answer of `npm run query` that is read, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** Differences that are shown of one comparison. */
const SHOWN = 10;

const PROOF = command({
  name: 'proof:weblog',
  summary: 'Replays an access log into a local cloud of its own, and compares `npm run query` with an awk over the file.',
  positionals: [{ name: 'FILE', help: 'a combined log with times in UTC, gzipped or not' }],
  options: {},
  examples: [{ line: 'npm run proof:weblog -- access.log.gz', does: 'says PASS or FAIL, with the groups that were compared' }],
  notes: 'Needs awk. The exit code is 1 when a count differs or a line is not accounted for.',
});

await runCommand(PROOF, async ({ positionals: [file = ''] }) => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-weblog-'));
  const dataDir = join(folder, 'data');
  const cloud = startCommand(dataDir, ['--no-demo', '--port', '0', '--json']);
  try {
    const log = await unpack(file, folder);
    const expected = await countByAwk(log, folder);
    const { urls } = await cloud.ready;
    const startedAt = performance.now();
    const replayed = await npmRun('replay', file, '--url', urls['httpApi'] ?? '', '--json');
    console.log(`replay after ${seconds(startedAt)}: ${replayed.trim()}`);
    cloud.interrupt();
    const ended = await cloud.ended;
    console.log(`account after ${seconds(startedAt)}: ${ended.stdout.trimEnd().split('\n').at(-1)}`);

    const query = async (group: string): Promise<Counts> => {
      const sql = `select coalesce(${group}, '') as "group", count(distinct event_id) as lines from events group by 1`;
      const rows = JSON.parse(await npmRun('query', '--data', dataDir, '--json', sql)) as { group: string; lines: number }[];
      return new Map(rows.map(({ group: name, lines }) => [name, lines]));
    };
    console.log(`${expected.lines} lines, ${expected.droppedLines} of declared crawlers, ${expected.lines - expected.droppedLines} to compare`);
    console.log(row('', 'groups awk', 'groups lake', 'lines awk', 'lines lake', 'different'));
    const differences = [
      ...accountDifferences(JSON.parse(replayed) as Replayed, ended, expected),
      ...compare('path', expected.byPath, await query("split_part(page, '?', 1)")),
      ...compare('status', expected.byStatus, await query("properties->>'status'")),
      ...compare('hour', expected.byHour, await query("strftime(event_time, '%d/%b/%Y:%H')")),
      ...compare('agent', expected.byAgent, await query("coalesce(user_agent, '-')")),
    ];
    for (const difference of differences) console.log(difference);
    console.log(differences.length === 0 ? 'PASS' : `FAIL: ${differences.length} differences`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await cloud.kill();
    await rm(folder, { recursive: true, force: true });
  }
});

interface Replayed {
  lines: number;
  accepted: number;
}

/** Each line of the file in one place: posted, accepted, in the lake or dropped as the other reading says. */
function accountDifferences(replayed: Replayed, ended: Ended, expected: AwkReading): string[] {
  const account = accountOf(ended);
  const facts: [string, unknown, unknown][] = [
    ['lines of another zone than UTC', 0, expected.otherZones],
    ['lines that were replayed', expected.lines, replayed.lines],
    ['lines that were accepted', expected.lines, replayed.accepted],
    ['events of the account', expected.lines, account.accepted],
    ['events in the lake', expected.lines - expected.droppedLines, account.delivered],
    ['events dropped', JSON.stringify({ declared_crawler: expected.droppedLines }), JSON.stringify(account.dropped)],
    ['events pending', 0, account.pending],
    ['deliveries that scoring applied', expected.lines, account.scoring.applied],
    ['whether the account balances', true, balances(account)],
    ['exit code of npm start', 0, ended.code],
  ];
  return facts.filter(([, wanted, got]) => wanted !== got).map(([what, wanted, got]) => `  ${what}: expected ${String(wanted)}, got ${String(got)}`);
}

function compare(name: string, expected: Counts, found: Counts): string[] {
  const groups = new Set([...expected.keys(), ...found.keys()]);
  const different = [...groups].filter((group) => expected.get(group) !== found.get(group));
  console.log(row(`by ${name}`, expected.size, found.size, sum(expected), sum(found), different.length));
  return different.slice(0, SHOWN).map((group) => `  ${name} ${JSON.stringify(group)}: awk ${expected.get(group) ?? 0}, lake ${found.get(group) ?? 0}`);
}

function row(title: string, ...columns: (string | number)[]): string {
  return [title.padEnd(10), ...columns.map((column) => String(column).padStart(11))].join(' ');
}

function sum(counts: Counts): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

async function unpack(file: string, folder: string): Promise<string> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new CommandError(`${file} cannot be read: ${error.message}`);
  });
  const log = join(folder, 'access.log');
  await writeFile(log, bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
  return log;
}

async function npmRun(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('npm', ['run', '--silent', script, '--', ...args], { cwd: PROJECT, maxBuffer: MAX_ANSWER_BYTES });
  return stdout;
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
