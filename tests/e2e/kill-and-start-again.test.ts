import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { balances, type Account } from '../../local/account/account.ts';
import type { DemoRequest } from '../../local/demo/demo-shop.ts';
import { post, readShard } from '../support/kinesis-service.ts';
import { lakeEvents, lakeObjects } from './lake-events.ts';
import { countByVisitor, crawledIds, postAll, shopRequests, type Told } from './shop-traffic.ts';
import { accountOf, startCommand, type Ended, type StartCommand } from './start-command.ts';
import { eventCounts, visitorStates } from './visitor-states.ts';

// A whole pipeline, twice, on two cores that have other work.
jest.setTimeout(120_000);

const ARGUMENTS = ['--no-demo', '--port', '0', '--json', '--parameter', 'LakeBufferIntervalSeconds=1', '--parameter', 'ScoreBatchingWindowSeconds=0'];

/** What is stored, as clients of the services read it and as the files are. */
interface Stored {
  /** Sequence number and payload of each record. */
  stream: string[];
  counts: Record<string, Record<string, number>>;
  /** Key and content of each object. */
  lake: string[];
}

async function stored(dataDir: string, urls: Record<string, string>): Promise<Stored> {
  const kinesis = { call: async (operation: string, input: object) => (await post(urls['kinesis'] ?? '', operation, input)).body as never };
  const { StreamNames } = (await kinesis.call('ListStreams', {})) as { StreamNames: string[] };
  const records = await readShard(kinesis, StreamNames[0] ?? '', 'shardId-000000000000');
  return {
    stream: records.map(({ SequenceNumber, Data }) => `${SequenceNumber} ${Data}`),
    counts: eventCounts(await visitorStates(urls['dynamodb'] ?? '')),
    lake: (await lakeObjects(dataDir)).map(({ key, bytes }) => `${key} ${bytes.toString('base64')}`),
  };
}

let dataDir: string;
const commands: StartCommand[] = [];
const start = (): StartCommand => {
  const command = startCommand(dataDir, ARGUMENTS);
  commands.push(command);
  return command;
};
const [early, late] = [shopRequests(1, 40), shopRequests(2, 100)];

let beforeKill: Stored;
let killed: Ended;
/** What clients were told while the process died, and when those that heard nothing tried again. */
let cutOff: Told;
let again: Told;
let afterStart: Stored;
let ended: Ended;
let account: Account;
let atTheEnd: Stored['counts'];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  const first = start();
  const { urls } = await first.ready;
  await postAll(urls['httpApi'] ?? '', early);
  await untilSettled(urls, early);
  beforeKill = await stored(dataDir, urls);

  let killing: Promise<void> | undefined;
  let left = Math.floor(late.length / 2);
  const killHalfWay = (): void => void (left-- === 0 && (killing = first.kill()));
  cutOff = await postAll(urls['httpApi'] ?? '', late, { maxAttempts: 1, onBegin: killHalfWay });
  await killing;
  killed = await first.ended;

  const second = start();
  const running = await second.ready;
  afterStart = await stored(dataDir, running.urls);
  const unanswered = new Set(cutOff.unanswered);
  again = await postAll(running.urls['httpApi'] ?? '', late.filter(({ events }) => events.some(({ event_id: id }) => unanswered.has(id))));
  await untilSettled(running.urls, [...early, ...late]);
  atTheEnd = eventCounts(await visitorStates(running.urls['dynamodb'] ?? ''));
  second.interrupt();
  ended = await second.ended;
  account = accountOf(ended);
});

afterAll(async () => {
  await Promise.all(commands.map((command) => command.kill()));
  await rm(dataDir, { recursive: true, force: true });
});

/** Waits until the states count as many events as were posted, and the lake has all of those that no crawler's are. */
async function untilSettled(urls: Record<string, string>, requests: readonly DemoRequest[]): Promise<void> {
  const events = requests.flatMap((request) => request.events).length;
  const crawled = crawledIds(requests).length;
  const applied = async (): Promise<number> => {
    const counts = Object.values(eventCounts(await visitorStates(urls['dynamodb'] ?? ''))).flatMap((byType) => Object.values(byType));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  while ((await applied()) < events || (await deliveredIds()).size < events - crawled) await delay(100);
}

async function deliveredIds(): Promise<Set<unknown>> {
  return new Set((await lakeEvents(dataDir)).map(({ event_id: id }) => id));
}

describe('npm start that is killed with kill -9 under load and started again with the same data folder', () => {
  test('was killed in the middle', () => {
    expect(killed.code).toBe(137);
    expect(beforeKill.lake.length).toBeGreaterThan(0);
    expect(cutOff.accepted.length).toBeGreaterThan(0);
    expect(cutOff.unanswered.length).toBeGreaterThan(0);
  });

  test('has its stream where it was, with everything that was acknowledged since', () => {
    expect(afterStart.stream.slice(0, beforeKill.stream.length)).toEqual(beforeKill.stream);
    const ids = new Set(afterStart.stream.map((record) => (JSON.parse(Buffer.from(record.split(' ')[1] ?? '', 'base64').toString()) as { event_id: string }).event_id));
    expect(cutOff.accepted.filter((id) => !ids.has(id))).toEqual([]);
  });

  test('has its lake where it was, object by object', () => {
    expect(beforeKill.lake.filter((object) => !afterStart.lake.includes(object))).toEqual([]);
  });

  test('has the state of its visitors where it was', () => {
    const before = Object.entries(beforeKill.counts).flatMap(([visitor, counts]) => Object.entries(counts).map(([type, count]) => ({ visitor, type, count })));
    expect(before.length).toBeGreaterThan(0);
    expect(before.filter(({ visitor, type, count }) => (afterStart.counts[visitor]?.[type] ?? 0) < count)).toEqual([]);
  });

  test('takes again what was not answered, applies every event once, and balances', async () => {
    const events = [...early, ...late].flatMap((request) => request.events);
    expect(again).toMatchObject({ rejected: [], unanswered: [] });
    expect(atTheEnd).toEqual(countByVisitor(events));
    expect(ended).toMatchObject({ code: 0 });
    expect(balances(account)).toBe(true);
    expect(account).toMatchObject({ accepted: events.length, quarantined: {}, failed: 0, pending: 0, scoring: { failed: 0, pending: 0 } });
    // What was applied but not yet checkpointed at the kill came again and was known.
    expect(account.scoring.applied + account.scoring.duplicates).toBeGreaterThanOrEqual(events.length);
    const inLake = await deliveredIds();
    expect(events.map(({ event_id: id }) => id).filter((id) => !inLake.has(id))).toEqual(crawledIds([...early, ...late]));
  });
});
