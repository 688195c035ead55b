import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { clockAtSpeed } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { eventsClient, eventsUrl, type EventsClient } from './events-client.ts';

type Respond = (request: { events: { event_id: string }[] }, response: ServerResponse, message: IncomingMessage) => void;

let server: Server | undefined;
let client: EventsClient | undefined;

afterEach(() => {
  client?.close();
  server?.closeAllConnections();
  server?.close();
});

/** An API that answers the n-th request with the n-th function, and the last one from then on. */
async function against(...responds: Respond[]): Promise<{ client: EventsClient; requests: string[][]; heads: IncomingMessage['headers'][] }> {
  const requests: string[][] = [];
  const heads: IncomingMessage['headers'][] = [];
  server = createServer((message, response) => {
    let body = '';
    message.setEncoding('utf8').on('data', (part) => (body += part));
    message.on('end', () => {
      const request = JSON.parse(body) as { events: { event_id: string }[] };
      const respond = responds[Math.min(requests.length, responds.length - 1)];
      requests.push(request.events.map(({ event_id }) => event_id));
      heads.push(message.headers);
      respond?.(request, response, message);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = eventsClient({ url, writeKey: 'key', maxSockets: 2, clock: clockAtSpeed(1000), random: seededRandom(1), maxAttempts: 4 });
  return { client, requests, heads };
}

const EVENTS = ['a', 'b', 'c'].map((event_id) => ({ event_id }));
const accept: Respond = ({ events }, response) => {
  answer(response, 202, { accepted: events.length, rejected: 0, results: events.map((event) => ({ ...event, status: 'accepted' })) });
};

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers).end(JSON.stringify(body));
}

const NONE_UNANSWERED = { indexes: [], reason: '' };

describe('eventsClient', () => {
  it('posts with the key and the headers it is given, on a kept connection', async () => {
    const api = await against(accept);

    expect(await api.client.post(EVENTS, { 'user-agent': 'ua' })).toEqual({ accepted: 3, rejected: [], unanswered: NONE_UNANSWERED, retries: 0 });
    await api.client.post(EVENTS);
    expect(api.heads[0]).toMatchObject({ 'x-write-key': 'key', 'user-agent': 'ua', 'content-type': 'application/json', connection: 'keep-alive' });
    expect(api.requests).toEqual([['a', 'b', 'c'], ['a', 'b', 'c']]);
  });

  it.each<[string, Respond]>([
    ['429', (_request, response) => answer(response, 429, { message: 'Too Many Requests' }, { 'retry-after': '1' })],
    ['503', (_request, response) => answer(response, 503, { title: 'not stored' })],
    ['502', (_request, response) => answer(response, 502, 'Bad Gateway')],
    ['a closed connection', (_request, _response, message) => message.socket.destroy()],
    ['an answer that is none', (_request, response) => response.end('<html>')],
  ])('sends the same events again after %s', async (_name, fail) => {
    const api = await against(fail, fail, accept);

    expect(await api.client.post(EVENTS)).toEqual({ accepted: 3, rejected: [], unanswered: NONE_UNANSWERED, retries: 2 });
    expect(api.requests).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], ['a', 'b', 'c']]);
  });

  it('sends only those again that were not stored, and reports those that were refused', async () => {
    const api = await against((_request, response) => {
      answer(response, 202, {
        results: [
          { event_id: 'a', status: 'rejected', code: 'not_stored', reason: 'throttled' },
          { event_id: 'b', status: 'accepted' },
          { event_id: 'c', status: 'rejected', code: 'invalid', reason: 'event_time: expected a time' },
        ],
      });
    }, accept);

    expect(await api.client.post(EVENTS)).toEqual({
      accepted: 2,
      rejected: [{ index: 2, code: 'invalid', reason: 'event_time: expected a time' }],
      unanswered: NONE_UNANSWERED,
      retries: 1,
    });
    expect(api.requests).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('takes a refusal of the whole request for an answer to each event', async () => {
    const api = await against((_request, response) => answer(response, 401, { title: 'unknown write key' }));

    const { accepted, rejected, retries } = await api.client.post(EVENTS);
    expect([accepted, retries]).toEqual([0, 0]);
    expect(rejected).toEqual([0, 1, 2].map((index) => ({ index, code: 'http_401', reason: '401 unknown write key' })));
  });

  it('gives up after its attempts and says what came last', async () => {
    const api = await against((_request, response) => answer(response, 503, { message: 'Service Unavailable' }));

    expect(await api.client.post(EVENTS)).toEqual({
      accepted: 0,
      rejected: [],
      unanswered: { indexes: [0, 1, 2], reason: '503 Service Unavailable' },
      retries: 3,
    });
    expect(api.requests).toHaveLength(4);
  });

  it('stops retrying when its caller stops', async () => {
    const stop = new AbortController();
    const api = await against((_request, response) => {
      stop.abort();
      answer(response, 503, {});
    });

    const { unanswered } = await api.client.post(EVENTS, {}, stop.signal);
    expect(unanswered.indexes).toEqual([0, 1, 2]);
    expect(api.requests).toHaveLength(1);
  });
});

describe('eventsUrl', () => {
  it.each([
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/events'],
    ['https://example.com/prod/', 'https://example.com/prod/events'],
    ['https://example.com/prod/events', 'https://example.com/prod/events'],
  ])('%s', (url, expected) => {
    expect(eventsUrl(url).href).toBe(expected);
  });

  it('refuses other protocols', () => {
    expect(() => eventsUrl('ftp://example.com')).toThrow('expected http: or https:, got ftp:');
  });
});
