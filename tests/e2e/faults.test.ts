import { afterEach, describe, expect, test, jest } from '@jest/globals';
import { balances } from '../../local/account/account.ts';
import { seededFaults } from '../../local/faults.ts';
import { lakeEvents } from './lake-events.ts';
import { countByVisitor, crawledIds, postAll, shopRequests } from './shop-traffic.ts';
import { startTestCloud, type TestCloud } from './test-cloud.ts';
import { eventCounts, visitorStates } from './visitor-states.ts';

// A whole pipeline on two cores that have other work.
jest.setTimeout(120_000);

const EVENTS = 200;
const RATES = { throttle: 0.05, lostResponse: 0.03, crash: 0.03, duplicate: 0.2 };

let world: TestCloud | undefined;

afterEach(async () => {
  await world?.remove();
});

describe('with throttles, lost answers, crashes and duplicates everywhere', () => {
  test.each([1, 2, 3])('nothing that was acknowledged is lost, and nothing counts twice (seed %i)', async (seed) => {
    world = await startTestCloud({ faults: seededFaults(seed, RATES) });
    const requests = shopRequests(seed, EVENTS);
    const events = requests.flatMap((request) => request.events);

    const told = await postAll(world.cloud.urls.httpApi, requests);
    await world.cloud.drain();
    const account = await world.account();
    const inLake = new Set((await lakeEvents(world.dataDir)).map(({ event_id: id }) => id));
    const states = await visitorStates(world.cloud.urls.dynamodb);

    expect(told).toMatchObject({ rejected: [], unanswered: [] });
    expect(told.accepted).toHaveLength(events.length);
    expect(account).toMatchObject({ accepted: events.length, quarantined: {}, failed: 0, pending: 0, scoring: { quarantined: {}, failed: 0, pending: 0 } });
    expect(balances(account)).toBe(true);
    const crawled = crawledIds(requests);
    expect(told.accepted.filter((id) => !inLake.has(id)).toSorted()).toEqual(crawled.toSorted());
    expect(account.dropped).toEqual({ declared_crawler: crawled.length });
    // A plain fold of what was posted, though most of it was put, read and delivered more than once.
    expect(eventCounts(states)).toEqual(countByVisitor(events));
    // Not all: what was applied above a reported failure, or before a crash, counts as a duplicate when it comes again.
    expect(account.scoring.applied).toBeLessThanOrEqual(events.length);
    expect(told.retries).toBeGreaterThan(0);
    expect(account.scoring.duplicates).toBeGreaterThan(0);
  });
});
