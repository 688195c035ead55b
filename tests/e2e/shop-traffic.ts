import { demoShop, type DemoRequest } from '../../local/demo/demo-shop.ts';
import { SOURCE_IP_HEADER } from '../../local/demo/driver.ts';
import { CRAWLERS } from '../../local/demo/user-agents.ts';
import { systemClock } from '../../local/clock.ts';
import { eventsClient } from '../../local/events-api/events-client.ts';
import { DEMO_WRITE_KEY } from '../../local/parameters.ts';
import { seededRandom } from '../../local/random.ts';

/** What the demo shop's first visitors do, of at least `events` events. */
export function shopRequests(seed: number, events: number): DemoRequest[] {
  const requests: DemoRequest[] = [];
  let count = 0;
  for (const request of demoShop({ seed, ratePerSecond: 100, startMs: Date.now() })) {
    requests.push(request);
    count += request.events.length;
    if (count >= events) break;
  }
  return requests;
}

/** What clients were told of their events in the end, by event id. */
export interface Told {
  accepted: string[];
  rejected: string[];
  /** Never answered; they may be stored or not. */
  unanswered: string[];
  retries: number;
}

export interface PostOptions {
  /** Tries of one request; by default as many as make sure of an answer. */
  maxAttempts?: number;
  /** Requests at a time. */
  lanes?: number;
  /** Called before each request. */
  onBegin?: () => void;
}

/** Posts the requests as fast as the API takes them; one partition key's go one after the other. */
export async function postAll(url: string, requests: readonly DemoRequest[], { maxAttempts = 25, lanes = 4, onBegin }: PostOptions = {}): Promise<Told> {
  const client = eventsClient({ url, writeKey: DEMO_WRITE_KEY, maxSockets: lanes, clock: systemClock, random: seededRandom(1), maxAttempts });
  const told: Told = { accepted: [], rejected: [], unanswered: [], retries: 0 };
  const perLane = Array.from({ length: lanes }, (): DemoRequest[] => []);
  for (const request of requests) perLane[laneOf(partitionKey(request.events[0]), lanes)]?.push(request);
  const post = async ({ events, ip, userAgent }: DemoRequest): Promise<void> => {
    const posted = await client.post(events, { 'user-agent': userAgent, [SOURCE_IP_HEADER]: ip });
    const rejected = new Set(posted.rejected.map(({ index }) => index));
    const unanswered = new Set(posted.unanswered.indexes);
    for (const [index, { event_id: id }] of events.entries()) {
      (rejected.has(index) ? told.rejected : unanswered.has(index) ? told.unanswered : told.accepted).push(id);
    }
    told.retries += posted.retries;
  };
  await Promise.all(
    perLane.map(async (lane) => {
      for (const request of lane) {
        onBegin?.();
        await post(request);
      }
    }),
  );
  client.close();
  return told;
}

/**
 * What each visitor's state must count once everything was posted, in the words of the shop and not of the pipeline:
 * by the user who is logged in, else by the browser.
 */
export function countByVisitor(events: Iterable<DemoRequest['events'][number]>): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const event of events) {
    const visitor = (counts[`demo-shop#${partitionKey(event)}`] ??= {});
    visitor[event.event_type] = (visitor[event.event_type] ?? 0) + 1;
  }
  return counts;
}

/** Events of the shop's own crawlers, in their order: what must not be in the lake. */
export function crawledIds(requests: readonly DemoRequest[]): string[] {
  const crawled = requests.filter(({ userAgent }) => CRAWLERS.some((crawler) => crawler.userAgent === userAgent));
  return crawled.flatMap(({ events }) => events.map(({ event_id: id }) => id));
}

function partitionKey(event: DemoRequest['events'][number] | undefined): string {
  return event?.user_id ?? event?.anonymous_id ?? '';
}

function laneOf(key: string, lanes: number): number {
  let sum = 0;
  for (const char of key) sum = (sum * 31 + char.charCodeAt(0)) % 1_000_003;
  return sum % lanes;
}
