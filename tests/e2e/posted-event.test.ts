import { afterAll, beforeAll, describe, expect, test, jest } from '@jest/globals';
import { queryLake } from '../../local/lake/query-lake.ts';
import { DEMO_WRITE_KEY } from '../../local/parameters.ts';
import { lakeEvents } from './lake-events.ts';
import { startTestCloud, type TestCloud } from './test-cloud.ts';
import { visitorStates } from './visitor-states.ts';

// A whole pipeline on two cores that have other work.
jest.setTimeout(120_000);

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let world: TestCloud;

beforeAll(async () => {
  world = await startTestCloud();
});

afterAll(() => world.remove());

let answers: { status: number; body: unknown }[];

async function post(body: unknown, userAgent: string, writeKey = DEMO_WRITE_KEY): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${world.cloud.urls.httpApi}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent, 'x-write-key': writeKey },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

async function query(sql: string): Promise<unknown[][]> {
  const result = await queryLake(world.dataDir, sql);
  const rows: unknown[][] = [];
  try {
    for await (const chunk of result.rows) rows.push(...chunk);
  } finally {
    result.close();
  }
  return rows;
}

describe('events that were posted to the API', () => {
  beforeAll(async () => {
    const view = {
      event_id: 'view-1', event_type: 'page_view', event_time: '2026-03-01T12:30:00+01:00', anonymous_id: 'ada', page: 'https://shop.example/tea?utm_source=mail',
      properties: { title: 'Tea' },
    };
    const purchase = {
      event_id: 'purchase-1', event_type: 'purchase', event_time: '2026-03-01T11:31:00Z', anonymous_id: 'ada',
      properties: { order_id: 'o-1', amount_minor: 1299, currency: 'EUR' },
    };
    answers = [
      await post({ events: [view, { event_id: 'bad-1', event_type: 'page_view' }, purchase] }, BROWSER),
      await post({ event_id: 'crawl-1', event_type: 'page_view', event_time: '2026-03-01T11:32:00Z', anonymous_id: 'bot' }, CRAWLER),
      await post({ event_type: 'page_view', event_time: '2026-03-01T11:32:00Z' }, BROWSER, 'wrong'),
    ];
    await world.cloud.drain();
  });

  test('are answered one by one', () => {
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 401]);
    expect(answers[0]?.body).toEqual({
      accepted: 2,
      rejected: 1,
      results: [
        { event_id: 'view-1', status: 'accepted' },
        { event_id: 'bad-1', status: 'rejected', code: 'missing_field', reason: expect.any(String) },
        { event_id: 'purchase-1', status: 'accepted' },
      ],
    });
  });

  test('are in the lake as one line each, without the crawler and what was rejected', async () => {
    const events = await lakeEvents(world.dataDir);
    expect(events.map(({ event_id }) => event_id)).toEqual(['view-1', 'purchase-1']);
    expect(events[0]).toEqual({
      event_id: 'view-1',
      app_id: 'demo-shop',
      event_type: 'page_view',
      event_time: '2026-03-01T11:30:00.000Z',
      received_at: expect.stringMatching(ISO_TIME),
      anonymous_id: 'ada',
      page: 'https://shop.example/tea?utm_source=mail',
      user_agent: BROWSER,
      ip: '127.0.0.1',
      properties: { title: 'Tea' },
      schema_version: 1,
      source: 'http-api',
      processed_at: expect.stringMatching(ISO_TIME),
      environment: 'local',
    });
  });

  test('answer SQL', async () => {
    expect(await query("select event_id, event_type, event_time, properties->>'amount_minor' as amount from events order by event_time")).toEqual([
      ['view-1', 'page_view', '2026-03-01 11:30:00', null],
      ['purchase-1', 'purchase', '2026-03-01 11:31:00', '1299'],
    ]);
  });

  test('are in the state of their visitors, once and in their order', async () => {
    const states = await visitorStates(world.cloud.urls.dynamodb);
    expect([...states.keys()].toSorted()).toEqual(['demo-shop#ada', 'demo-shop#bot']);
    expect(states.get('demo-shop#ada')).toMatchObject({
      event_counts: { page_view: 1, purchase: 1 },
      purchases: { EUR: { count: 1, total_minor: 1299 } },
    });
  });

  test('are each in one place of the account', async () => {
    expect(await world.account()).toEqual({
      accepted: 3,
      delivered: 2,
      dropped: { declared_crawler: 1 },
      quarantined: {},
      failed: 0,
      pending: 0,
      scoring: { consumed: 3, applied: 3, duplicates: 0, quarantined: {}, failed: 0, pending: 0 },
    });
  });
});
