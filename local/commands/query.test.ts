import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const COMMAND = fileURLToPath(new URL('./query.ts', import.meta.url));
let folder = '';

function event(event_id: string, anonymous_id: string, event_type: string, minute: string, properties: object = {}): object {
  return { event_id, anonymous_id, event_type, event_time: `2026-01-31T${minute}:00.000Z`, properties };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'query-'));
  const hour = join(folder, 'lake', 'events', 'year=2026', 'month=01', 'day=31', 'hour=12');
  await mkdir(hour, { recursive: true });
  const twice = event('5', 'ann', 'purchase', '13:01', { currency: 'EUR', amount_minor: 4_900 });
  const events = [
    event('1', 'ann', 'page_view', '12:58'),
    event('2', 'bob', 'page_view', '12:59'),
    event('3', 'ann', 'product_view', '13:00'),
    event('4', 'ann', 'add_to_cart', '13:00'),
    twice,
    twice,
    event('6', 'cyd', 'purchase', '13:02', { currency: 'EUR', amount_minor: 2_147_483_648 }),
    event('7', 'cyd', 'purchase', '13:03', { currency: 'JPY', amount_minor: 1_600 }),
  ];
  await writeFile(join(hour, 'a.gz'), gzipSync(events.map((one) => `${JSON.stringify(one)}\n`).join('')));
});

afterAll(async () => rm(folder, { recursive: true }));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', COMMAND, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** What a shell hands over for the examples of the help, which are one argument in double quotes. */
async function examples(): Promise<string[]> {
  const { stdout } = await run('--help');
  return [...stdout.matchAll(/npm run query -- "(select .*)"$/gm)].map(([, sql]) => sql ?? '');
}

describe('npm run query', () => {
  it('answers the questions under its help', async () => {
    const answers = await Promise.all((await examples()).map(async (sql) => (await run(sql, '--data', folder, '--csv')).stdout));

    expect(answers).toEqual([
      'hour,event_type,events\n2026-01-31 12:00:00,page_view,2\n2026-01-31 13:00:00,purchase,3\n2026-01-31 13:00:00,add_to_cart,1\n2026-01-31 13:00:00,product_view,1\n',
      'visitors,looked,chose,bought\n3,1,1,2\n',
      'currency,purchases,amount_minor\nEUR,2,2147488548\nJPY,1,1600\n',
    ]);
  });

  it('prints a table, or JSON that a program can read', async () => {
    const sql = 'select event_type, count(*) as events from events group by 1 order by 2 desc, 1 limit 2';

    expect((await run(sql, '--data', folder)).stdout).toBe('event_type  events\n──────────  ──────\npurchase         4\npage_view        2\n(2 rows)\n');
    expect(JSON.parse((await run(sql, '--data', folder, '--json')).stdout)).toEqual([{ event_type: 'purchase', events: 4 }, { event_type: 'page_view', events: 2 }]);
    expect((await run('select 1 where false', '--data', folder, '--json')).stdout).toBe('[]\n');
  });

  it.each([
    ['no lake', ['select 1', '--data', 'nowhere'], 1, /^There is no lake in nowhere yet\. `npm start` makes one and fills it;/],
    ['two formats', ['select 1', '--json', '--csv'], 2, /--json and --csv: expected one of them, got both\./],
    ['no query', [], 2, /^npm run query: SQL is missing: one query, in quotes\./],
    ['a query without quotes', ['select', '1'], 2, /Unexpected argument "1": expected SQL\. Quote what has spaces\./],
  ])('explains %s', async (_name, args, expectedCode, message) => {
    const { code, stdout, stderr } = await run(...args);

    expect([code, stdout]).toEqual([expectedCode, '']);
    expect(stderr).toMatch(message);
  });

  it('says that a lake is empty rather than failing', async () => {
    const empty = join(folder, 'empty');
    await mkdir(join(empty, 'lake'), { recursive: true });
    const { code, stdout, stderr } = await run('select count(*) as events from events', '--data', empty, '--csv');

    expect([code, stdout]).toEqual([0, 'events\n0\n']);
    expect(stderr).toContain('holds no events yet');
  });
});
