import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { balances, type Account } from '../../local/account/account.ts';
import type { ClientEvent, DemoRequest } from '../../local/demo/demo-shop.ts';
import { idDigest } from '../../core/domain/visitor/recent-ids.ts';
import type { VisitorState } from '../../core/domain/visitor/state.ts';
import { untilActive } from '../support/kinesis-service.ts';
import { lakeEvents } from './lake-events.ts';
import { postAll, type Told } from './shop-traffic.ts';
import { startTestCloud, type TestCloud } from './test-cloud.ts';
import { visitorStates } from './visitor-states.ts';

// A whole pipeline on two cores that have other work.
jest.setTimeout(120_000);

const VISITORS = 12;
/** Fewer than a state remembers the ids of, so that it tells their whole order. */
const EVENTS_A_VISITOR = 32;
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
const HALF = (2n ** 127n).toString();
const QUARTER = (2n ** 126n).toString();

let world: TestCloud;
/** Requests begun when the last operation was done. */
let begunAtTheEnd: number;
let told: Told;
let account: Account;
let states: Map<string, VisitorState>;
let shards: { ShardId: string; ParentShardId?: string; AdjacentParentShardId?: string }[];
let written: Map<string, number>;

const idOf = (visitor: number, index: number): string => `${visitor}-${index}`;
const idsOf = (visitor: number): string[] => Array.from({ length: EVENTS_A_VISITOR }, (_, index) => idOf(visitor, index));

/** One event a request, visitors by turns, each with its events in order. */
function requests(): DemoRequest[] {
  return Array.from({ length: EVENTS_A_VISITOR }, (_, index) => index).flatMap((index) =>
    Array.from({ length: VISITORS }, (__, visitor): DemoRequest => {
      const event: ClientEvent = {
        event_id: idOf(visitor, index), event_type: 'page_view', event_time: '2026-03-01T11:30:00Z', anonymous_id: `visitor-${visitor}`, session_id: 's', device_id: 'd',
      };
      return { atMs: 0, ip: '192.0.2.1', userAgent: BROWSER, events: [event] };
    }),
  );
}

beforeAll(async () => {
  world = await startTestCloud({ kinesisSettings: { splitShardMs: 100, mergeShardsMs: 100 } });
  const { kinesis, deployment, urls } = world.cloud;
  const StreamName = deployment.streams[0]?.name ?? '';
  const begun: number[] = [];
  const posting = postAll(urls.httpApi, requests(), { onBegin: () => begun.push(Date.now()) });
  const reshard = async (afterRequests: number, operation: string, input: object): Promise<void> => {
    while (begun.length < afterRequests) await new Promise((resolve) => setTimeout(resolve, 2));
    await kinesis.call(operation, { StreamName, ...input });
    await untilActive(kinesis, StreamName);
  };
  await reshard(60, 'SplitShard', { ShardToSplit: 'shardId-000000000000', NewStartingHashKey: HALF });
  await reshard(130, 'SplitShard', { ShardToSplit: 'shardId-000000000001', NewStartingHashKey: QUARTER });
  await reshard(200, 'MergeShards', { ShardToMerge: 'shardId-000000000004', AdjacentShardToMerge: 'shardId-000000000002' });
  begunAtTheEnd = begun.length;
  told = await posting;

  await world.cloud.drain();
  account = await world.account();
  states = await visitorStates(urls.dynamodb);
  shards = (await kinesis.call('ListShards', { StreamName })).Shards;
  written = new Map();
  for (const { shardId, records } of kinesis.records(StreamName)) written.set(shardId, (written.get(shardId) ?? 0) + records.length);
});

afterAll(() => world.remove());

describe('a split, a split of a child and a merge under load', () => {
  test('spread the load over six shards of three generations', () => {
    expect(shards.map(({ ShardId, ParentShardId = '', AdjacentParentShardId = '' }) => [ShardId, ParentShardId, AdjacentParentShardId].map((id) => id.slice(-1)))).toEqual([
      ['0', '', ''],
      ['1', '0', ''],
      ['2', '0', ''],
      ['3', '1', ''],
      ['4', '1', ''],
      ['5', '4', '2'],
    ]);
    expect(begunAtTheEnd).toBeLessThan(VISITORS * EVENTS_A_VISITOR);
    expect([...written.keys()].toSorted()).toEqual(shards.map(({ ShardId }) => ShardId));
  });

  test('lose nothing and deliver nothing twice', async () => {
    const everything = Array.from({ length: VISITORS }, (_, visitor) => idsOf(visitor)).flat();
    const total = everything.length;
    const inLake = (await lakeEvents(world.dataDir)).map(({ event_id: id }) => id);
    expect(told).toMatchObject({ rejected: [], unanswered: [] });
    expect(everything.filter((id) => !inLake.includes(id))).toEqual([]);
    expect(inLake).toHaveLength(total);
    expect(balances(account)).toBe(true);
    expect(account).toMatchObject({ accepted: total, delivered: total, pending: 0, scoring: { consumed: total, applied: total, duplicates: 0, pending: 0 } });
  });

  test("apply each visitor's events in the order in which they were accepted", () => {
    for (let visitor = 0; visitor < VISITORS; visitor++) {
      const remembered = states.get(`demo-shop#visitor-${visitor}`)?.recent_ids;
      const inOrder = Buffer.concat(idsOf(visitor).map(idDigest)).toString('hex');
      expect({ visitor, order: Buffer.from(remembered ?? []).toString('hex') }).toEqual({ visitor, order: inOrder });
    }
  });
});
