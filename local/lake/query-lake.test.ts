import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Json } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { streamEventSchema } from '../../core/contracts/stream-event.ts';
import { asCsvLine, asJsonObject, asTable } from './format-result.ts';
import { queryLake } from './query-lake.ts';
import { EVENT_COLUMNS } from './views.ts';

let root = '';
/** With characters that a pattern and a string in SQL give a meaning to. */
let full = '';
let empty = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lake-'));
  full = join(root, "it's [full]*");
  empty = join(root, 'empty');
  await mkdir(join(empty, 'lake', 'events', 'year=2026'), { recursive: true });
  await file('lake/events/year=2026/month=01/day=31/hour=23/a-1.gz', gzipSync(lines(
    { event_id: 'a', event_type: 'purchase', event_time: '2026-01-31T22:59:59.999Z', properties: { amount_minor: 9_007_199_254_740_993n.toString() } },
    { event_id: 'b', event_type: 'page_view', event_time: '2026-01-31T23:00:00.000Z', page: 'line\n"quoted", \u001b[31m', later: { field: 1 } },
  )));
  await file('lake/events/year=2026/month=02/day=01/hour=00/a-2.gz', gzipSync(lines({ event_id: 'c', event_type: 'page_view', schema_version: 1 })));
  await file('lake/errors/processing-failed/year=2026/month=02/day=01/hour=00/a-3', lines({ attemptsMade: 4, arrivalTimestamp: 1_769_900_400_000, errorCode: 'Lambda.FunctionTimedOut', errorMessage: 'm', attemptEndingTimestamp: 1_769_900_401_500, rawData: 'eA==', lambdaArn: 'arn' }));
  await file('failures/quarantine/score-events/2026/02/01/x.json', Buffer.from(JSON.stringify({ code: 'not_json', reason: 'r', shard_id: 's', sequence_number: '49'.repeat(28), payload: 'eA==', quarantined_at: '2026-02-01T00:00:00.000Z' })));
});

afterAll(async () => rm(root, { recursive: true }));

async function file(key: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(join(full, key)), { recursive: true });
  await writeFile(join(full, key), bytes);
}

function lines(...rows: object[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

async function ask(sql: string, dataDir = full): Promise<Json[][]> {
  const result = await queryLake(dataDir, sql);
  try {
    const rows: Json[][] = [];
    for await (const chunk of result.rows) rows.push(...chunk);
    return rows;
  } finally {
    result.close();
  }
}

describe('queryLake', () => {
  it('reads events with stable types and hours that are numbers', async () => {
    expect(await ask('select event_id, event_time, page, schema_version, month, hour from events order by event_id')).toEqual([
      ['a', '2026-01-31 22:59:59.999', null, null, 1, 23],
      ['b', '2026-01-31 23:00:00', 'line\n"quoted", \u001b[31m', null, 1, 23],
      ['c', null, null, 1, 2, 0],
    ]);
    expect(await ask("select (properties->>'amount_minor')::bigint + 1 from events where event_id = 'a'")).toEqual([['9007199254740994']]);
    expect(await ask('select count(*) from events where hour >= 9 and hour < 24')).toEqual([['2']]);
  });

  it('reads the error prefix and the quarantine', async () => {
    expect(await ask('select * from errors')).toEqual([['2026-01-31 23:00:00', 'Lambda.FunctionTimedOut', 'm', 4, '2026-01-31 23:00:01.5', 'eA==']]);
    expect(await ask('select code, shard_id, sequence_number, quarantined_at, event_id from quarantine')).toEqual([['not_json', 's', '49'.repeat(28), '2026-02-01 00:00:00', null]]);
  });

  it('answers over an empty lake, with the same columns and types', async () => {
    expect(await ask('select count(*), max(hour) from events', empty)).toEqual([['0', null]]);
    for (const view of ['events', 'errors', 'quarantine']) {
      expect(await ask(`describe ${view}`, empty)).toEqual(await ask(`describe ${view}`));
      expect(await ask(`select * from ${view}`, empty)).toEqual([]);
    }
  });

  it('has a column for every field of the event contract', () => {
    const added = ['processed_at', 'environment'];
    expect(Object.keys(EVENT_COLUMNS).toSorted()).toEqual([...Object.keys(streamEventSchema.shape), ...added].toSorted());
  });

  it.each([
    ['an unknown column', 'select evnt_id from events', /Candidate bindings: "event_id"[\s\S]*LINE 1: select evnt_id from events\n {15}\^[\s\S]*\nevents: event_id, app_id,/],
    ['an unknown view', 'select * from event', /Did you mean "events"\?[\s\S]*\nquarantine: code, reason,/],
    ['a typing error', 'selec 1', /^Parser Error: syntax error at or near "selec"\n\nLINE 1: selec 1\n {8}\^/],
    ['nothing', ' -- only a comment', /^expected a query, got nothing\.$/],
    ['two statements', 'select 1; select 2', /^expected one statement, got 2\.$/],
    ['a change', 'drop view events', /^expected a query \(select, with, describe, summarize\), got DROP: the lake is only read\.$/],
    ['a value that does not convert', "select event_type::int from events where event_id = 'a'", /Could not convert string 'purchase' to INT32/],
  ])('explains %s', async (_name, sql, message) => {
    await expect(ask(sql)).rejects.toThrow(message);
  });
});

describe('formats', () => {
  const columns = [
    { name: 'id', type: 'VARCHAR' },
    { name: 'count', type: 'BIGINT' },
    { name: 'mean', type: 'DECIMAL(10,2)' },
    { name: 'properties', type: 'JSON' },
  ];

  it('shows numbers to the right, cuts long text, and lets no control character through', () => {
    expect(asTable(columns.slice(0, 2), [['é\u001b[31m', '12'], ['x'.repeat(81), null]], false)).toBe(
      [
        `id${' '.repeat(78)}  count`,
        `${'─'.repeat(80)}  ─────`,
        String.raw`é\u001b[31m` + `${' '.repeat(69)}     12`,
        `${'x'.repeat(79)}…   null`,
        '(2 rows)',
        '',
      ].join('\n'),
    );
    expect(asTable(columns.slice(0, 1), [['a']], true)).toContain('(the first 1 rows: say limit, --csv or --json for others)');
  });

  it('quotes CSV where it must', () => {
    expect(asCsvLine(['a,b', 'say "hi"', 'two\nlines', null, 5, 'plain'])).toBe('"a,b","say ""hi""","two\nlines",,5,plain');
  });

  it('gives JSON numbers that are exact, and text where they would not be', () => {
    expect(asJsonObject(columns, ['a', '9007199254740991', '1.50', '{"b":[1]}'])).toBe('{"id":"a","count":9007199254740991,"mean":1.5,"properties":{"b":[1]}}');
    expect(asJsonObject(columns, ['a', '9007199254740993', null, null])).toBe('{"id":"a","count":"9007199254740993","mean":null,"properties":null}');
  });
});
