import { describe, expect, jest, test } from '@jest/globals';

import { AwsError } from '../../aws-error.ts';
import { clockAtSpeed } from '../../clock.ts';
import { NO_FAULTS, seededFaults } from '../../faults.ts';
import { cors, invocation, post, rawRequest, start, stillClock } from './http-api.fixture.ts';
import type { HttpApiService } from './start-http-api.ts';

describe('the response', () => {
  test('has status, headers, cookies and body of the function', async () => {
    const service = await start(() => ({ statusCode: 201, headers: { 'Content-Type': 'text/html', 'X-Count': 3 }, cookies: ['a=1; Secure', 'b=2'], body: '<p>' }));
    const response = await post(service, '{}');
    expect([response.status, await response.text()]).toEqual([201, '<p>']);
    expect([response.headers.get('content-type'), response.headers.get('x-count'), response.headers.getSetCookie()]).toEqual(['text/html', '3', ['a=1; Secure', 'b=2']]);
    expect(response.headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  });

  test('decodes a base64 body', async () => {
    const service = await start(() => ({ statusCode: '200', body: '/w==', isBase64Encoded: true, headers: { 'content-type': 'image/gif' } }));
    expect([...new Uint8Array(await (await post(service, '{}')).arrayBuffer())]).toEqual([0xff]);
  });

  test.each([
    ['a string', 'Hello from Lambda!', 'Hello from Lambda!'],
    ['an object without statusCode', { message: 'Hello' }, '{"message":"Hello"}'],
    ['nothing', undefined, 'null'],
  ])('is inferred from %s', async (_name, payload, text) => {
    const service = await start(() => payload);
    const response = await post(service, '{}');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, 'application/json', text]);
  });

  test.each([
    ['a status that is none', { statusCode: 'ok' }],
    ['a status out of range', { statusCode: 1000 }],
    ['a body that is no string', { statusCode: 200, body: { a: 1 } }],
    ['headers that are no object', { statusCode: 200, headers: 'x' }],
    ['a header that would split the response', { statusCode: 200, headers: { x: 'a\r\nb: c' } }],
    ['cookies that are no list', { statusCode: 200, cookies: 'a=1' }],
  ])('is 500 for %s', async (_name, payload) => {
    const service = await start(() => payload);
    const response = await post(service, '{}');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([500, 'application/json', '{"message":"Internal Server Error"}']);
  });

  test('without a content type is text', async () => {
    const service = await start(() => ({ statusCode: 200, body: 'x' }));
    expect((await post(service, '{}')).headers.get('content-type')).toBe('text/plain;charset=UTF-8');
  });
});

const answersOf = async (response: Response): Promise<unknown> => [response.status, await response.text()];

describe("the gateway's own answers", () => {
  test('404 without a route', async () => {
    const service = await start(() => 'ok');
    expect(await answersOf(await fetch(`${service.url}/nowhere`))).toEqual([404, '{"message":"Not Found"}']);
    expect(await answersOf(await fetch(`${service.url}/events`))).toEqual([404, '{"message":"Not Found"}']);
  });

  test('413 for a body above 10 MiB, also when its size is not told, and 200 at the edge of what Lambda takes', async () => {
    const service = await start(() => 'ok');
    expect(await answersOf(await post(service, Buffer.alloc(10_485_761)))).toEqual([413, '{"message":"Request Entity Too Large"}']);
    const stream = new ReadableStream({ start: (controller) => (controller.enqueue(Buffer.alloc(10_485_761)), controller.close()) });
    const chunked = await fetch(`${service.url}/events`, { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
    expect(await answersOf(chunked)).toEqual([413, '{"message":"Request Entity Too Large"}']);
    expect(await answersOf(await post(service, Buffer.alloc(10_485_760, 'x')))).toEqual([413, '{"message":"Request Entity Too Large"}']);
    expect(service.events).toEqual([]);
    await post(service, 'x', { 'content-type': 'text/plain' });
    const envelope = Buffer.byteLength(JSON.stringify(service.events.pop())) - 1;
    const digits = '1'.length;
    const largest = 6_291_456 - envelope - ('6290000'.length - digits);
    expect((await post(service, 'x'.repeat(largest), { 'content-type': 'text/plain' })).status).toBe(200);
    expect((await post(service, 'x'.repeat(largest + 1), { 'content-type': 'text/plain' })).status).toBe(413);
  });

  test('431 when the request line and the header values have more than 10,240 bytes', async () => {
    const service = await start(() => 'ok');
    const values = 'POST /events HTTP/1.1'.length + 'h'.length + 'close'.length + '0'.length;
    const withHeader = (size: number) => rawRequest(`${service.url}/events`, 'POST', ['Host', 'h', 'Connection', 'close', 'X-Long', 'x'.repeat(size - values), 'Content-Length', '0']);
    expect((await withHeader(10_240)).status).toBe(200);
    expect(await withHeader(10_241)).toEqual({ status: 431, body: '{"message":"Request Header Fields Too Large"}' });
  });

  test('503 when the function takes longer than the route allows', async () => {
    const never = new Promise(() => undefined);
    const service = await start(() => never, { clock: clockAtSpeed(1000) });
    expect(await answersOf(await post(service, '{}'))).toEqual([503, '{"message":"Service Unavailable"}']);
  });

  test.each([
    ['a function that failed', () => Promise.resolve(invocation({ errorMessage: 'x' }, 'Unhandled')), 500, 'Internal Server Error'],
    ['a function out of concurrency', () => Promise.reject(new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)), 503, 'Service Unavailable'],
    ['an event that Lambda finds too large', () => Promise.reject(new AwsError('RequestTooLargeException', 'x', 413)), 413, 'Request Entity Too Large'],
    ['an invocation that is refused', () => Promise.reject(new AwsError('ServiceException', 'x', 500)), 500, 'Internal Server Error'],
  ])('for %s', async (_name, invoke, status, message) => {
    const service = await start(() => 'ok', { invoker: { invoke } });
    expect(await answersOf(await post(service, '{}'))).toEqual([status, JSON.stringify({ message })]);
  });

  test('429 above the burst, refilled at the rate', async () => {
    let nowMs = 0;
    const service = await start(() => 'ok', { api: { throttling: { rateLimit: 10, burstLimit: 2 } }, clock: { ...stillClock, now: () => nowMs } });
    const statuses: number[] = [];
    for (nowMs of [0, 0, 0, 99, 100, 100, 10_000, 10_000, 10_000]) statuses.push((await post(service, '{}')).status);
    expect(statuses).toEqual([200, 200, 429, 429, 200, 429, 200, 200, 429]);
    expect(service.answers).toEqual({ 200: 5, 429: 4 });
  });

  test('400 for a path that cannot be decoded', async () => {
    const service = await start(() => 'ok');
    expect((await rawRequest(`${service.url}/%ff`, 'GET', ['Host', 'h'])).status).toBe(400);
  });
});

const preflight = (service: HttpApiService, origin: string) => fetch(`${service.url}/events`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
const corsHeaders = (response: Response) => Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));

describe('CORS', () => {
  test('a preflight is answered without the function', async () => {
    const service = await start(() => 'ok', { api: { cors } });
    const response = await preflight(service, 'https://shop.example');
    expect([response.status, corsHeaders(response), service.events]).toEqual([
      204,
      {
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': 'content-type,x-write-key',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-origin': 'https://shop.example',
        'access-control-expose-headers': 'retry-after',
        'access-control-max-age': '300',
      },
      [],
    ]);
    expect(corsHeaders(await preflight(service, 'https://other.example'))).toEqual({});
    expect(corsHeaders(await preflight(service, 'http://localhost:3000'))).toMatchObject({ 'access-control-allow-origin': 'http://localhost:3000' });
  });

  test("a response has the API's headers instead of the function's", async () => {
    const service = await start(() => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://evil.example' } }), { api: { cors: { ...cors, allowOrigins: ['*'], allowCredentials: false } } });
    const response = await post(service, '{}', { 'content-type': 'application/json', origin: 'https://any.example' });
    expect(corsHeaders(response)).toEqual({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' });
    expect(corsHeaders(await post(service, '{}'))).toEqual({});
  });

  test("without CORS the function's headers stay and OPTIONS needs a route", async () => {
    const service = await start(() => ({ statusCode: 200, headers: { 'access-control-allow-origin': 'x' } }));
    expect(corsHeaders(await post(service, '{}'))).toEqual({ 'access-control-allow-origin': 'x' });
    expect((await preflight(service, 'https://shop.example')).status).toBe(404);
  });
});

test('a throttle is answered before the function, a lost response after it', async () => {
  const throttled = await start(() => 'ok', { faults: seededFaults(1, { ...NO_FAULTS, throttle: 1 }) });
  expect([(await post(throttled, '{}')).status, throttled.events]).toEqual([429, []]);
  const lost = await start(() => 'ok', { faults: seededFaults(1, { ...NO_FAULTS, lostResponse: 1 }) });
  await expect(post(lost, '{}')).rejects.toThrow('fetch failed');
  expect(lost.events).toHaveLength(1);
});

test('draining answers what has come and refuses what comes', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<string>();
  const service = await start(() => released);
  const first = post(service, '{}');
  while (service.events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const drained = jest.fn();
  const draining = service.drain().then(drained);
  expect([(await post(service, '{}')).status, drained.mock.calls.length]).toEqual([503, 0]);
  release('done');
  expect(await (await first).text()).toBe('done');
  await draining;
});

test('a taken port is an error that says so, and a stopped API leaves its port closed', async () => {
  const service = await start(() => 'ok');
  await expect(start(() => 'ok', { port: Number(new URL(service.url).port) })).rejects.toThrow('the HTTP API: port');
  await service.stop();
  await expect(post(service, '{}')).rejects.toThrow('fetch failed');
});
