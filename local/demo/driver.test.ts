import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { clockAtSpeed, type Clock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { demoShop, type DemoRequest } from './demo-shop.ts';
import { startDriver, type Driver } from './driver.ts';

interface Received {
  headers: IncomingHttpHeaders;
  events: { event_id: string; anonymous_id: string }[];
}

let server: Server;
let driver: Driver;

afterEach(async () => {
  await driver.stop();
  server.closeAllConnections();
  server.close();
});

async function api(respond: (received: Received, response: ServerResponse) => void): Promise<string> {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part) => (body += part));
    request.on('end', () => respond({ headers: request.headers, events: (JSON.parse(body) as Received).events }, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function accept({ events }: Received, response: ServerResponse): void {
  response.writeHead(202).end(JSON.stringify({ results: events.map(() => ({ status: 'accepted' })) }));
}

function drive(url: string, clock: Clock, requests: Iterator<DemoRequest>, maxInFlight?: number): Driver {
  return startDriver({ requests, url, writeKey: 'key', clock, random: seededRandom(1), maxInFlight });
}

function shop(clock: Clock, ratePerSecond: number): Iterator<DemoRequest> {
  return demoShop({ seed: 1, ratePerSecond, startMs: clock.now() });
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('startDriver', () => {
  it('posts the shop as its visitors would, none before it is due, and counts all of it', async () => {
    const clock = clockAtSpeed(20);
    const received: Received[] = [];
    let early = 0;
    const dueMs = new Map<string, number>();
    const url = await api((one, response) => {
      received.push(one);
      if (clock.now() < dueMs.get(one.events[0]!.event_id)!) early++;
      accept(one, response);
    });
    const requests: DemoRequest[] = [];
    const source = shop(clock, 20);
    driver = drive(url, clock, {
      next: () => {
        const next = source.next();
        requests.push(next.value as DemoRequest);
        for (const { event_id } of (next.value as DemoRequest).events) dueMs.set(event_id, (next.value as DemoRequest).atMs);
        return next;
      },
    });
    await until(() => received.length >= 100);
    const counts = await driver.stop();

    const sent = received.flatMap(({ events }) => events.map(({ event_id }) => event_id));
    expect(counts).toEqual({ posted: sent.length, accepted: sent.length, rejected: {}, unanswered: 0, retries: 0 });
    expect(new Set(sent).size).toBe(sent.length);
    expect(early).toBe(0);
    const first = received.find(({ events }) => events[0]!.event_id === requests[0]!.events[0]!.event_id)!;
    expect(first.headers).toMatchObject({ 'user-agent': requests[0]!.userAgent, 'x-millrace-source-ip': requests[0]!.ip, 'x-write-key': 'key' });
  });

  it("keeps at most so many requests in flight, one of a visitor's at a time and in their order", async () => {
    const clock = clockAtSpeed(1);
    let [inFlight, mostInFlight] = [0, 0];
    const open = new Set<string>();
    const order: string[] = [];
    let overlaps = 0;
    const url = await api((one, response) => {
      const visitor = one.events[0]!.anonymous_id;
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      if (open.has(visitor)) overlaps++;
      open.add(visitor);
      order.push(one.events[0]!.event_id);
      setTimeout(() => {
        inFlight--;
        open.delete(visitor);
        accept(one, response);
      }, 2);
    });
    const requests = Array.from({ length: 200 }, (_, index): DemoRequest => {
      const event = { event_id: `e${index}`, event_type: 'page_view', event_time: '', anonymous_id: `v${index % 3}`, session_id: '', device_id: '' };
      return { atMs: 0, ip: '192.0.2.1', userAgent: 'ua', events: [event] };
    });
    driver = drive(url, clock, requests.values(), 8);
    await until(() => driver.counts().posted === 200);

    expect([overlaps, mostInFlight]).toEqual([0, 3]);
    const ofVisitor = (rest: number): number[] => order.map((id) => Number(id.slice(1))).filter((index) => index % 3 === rest);
    for (const rest of [0, 1, 2]) expect(ofVisitor(rest)).toEqual(ofVisitor(rest).toSorted((a, b) => a - b));
  });

  it('counts refusals by code, and retries what was throttled until it is taken', async () => {
    const clock = clockAtSpeed(100);
    let requests = 0;
    const url = await api((one, response) => {
      requests++;
      if (requests % 3 === 0) response.writeHead(429).end('{}');
      else if (requests % 5 === 0) response.writeHead(400).end(JSON.stringify({ results: one.events.map(() => ({ status: 'rejected', code: 'invalid_field', reason: '' })) }));
      else accept(one, response);
    });
    driver = drive(url, clock, shop(clock, 50));
    await until(() => requests >= 100);
    const { posted, accepted, rejected, unanswered, retries } = await driver.stop();

    expect(Object.keys(rejected)).toEqual(['invalid_field']);
    expect(posted).toBe(accepted + rejected.invalid_field! + unanswered);
    expect(retries).toBeGreaterThan(10);
  });

  it('stops though the API never answers well, and says what stayed unanswered', async () => {
    const clock = clockAtSpeed(100);
    let requests = 0;
    const url = await api((_one, response) => {
      requests++;
      response.writeHead(503).end('{}');
    });
    driver = drive(url, clock, shop(clock, 50), 4);
    await until(() => requests >= 4);
    const { posted, accepted, unanswered } = await driver.stop();

    expect([accepted, unanswered]).toEqual([0, posted]);
    expect(posted).toBeGreaterThan(0);
  });
});
