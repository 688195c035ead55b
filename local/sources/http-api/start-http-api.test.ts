import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { AwsError } from '../../aws-error.ts';
import { clockAtSpeed, type Clock } from '../../clock.ts';
import { NO_FAULTS, noFaults, seededFaults } from '../../faults.ts';
import type { Invocation } from '../../invoke/invocation.ts';
import type { HttpApi } from '../../template/deployment.ts';
import { startHttpApi, type HttpApiOptions, type HttpApiService } from './start-http-api.ts';

const route = (routeKey: string) => ({ routeKey, functionLogicalId: 'EchoFunction', timeoutMs: 30_000 });
const api: HttpApi = {
  logicalId: 'HttpApi',
  name: 'a1b2c3d4e5',
  arn: 'arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5',
  stageName: '$default',
  cors: undefined,
  throttling: undefined,
  routes: [route('POST /events'), route('GET /pets/{id}')],
};
const cors = {
  allowOrigins: ['https://shop.example', 'http://*'],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['content-type', 'x-write-key'],
  exposeHeaders: ['retry-after'],
  maxAgeSeconds: 300,
  allowCredentials: true,
};
/** 2020-03-04T19:03:58.390Z, and no time passes. */
const stillClock: Clock = { now: () => 1_583_348_638_390, sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())) };

const invocation = (payload: unknown, functionError?: 'Unhandled'): Invocation => ({ requestId: 'r', payload, functionError, logs: [], metrics: [], coldStart: false, durationMs: 1 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Handler = (event: Record<string, unknown>) => unknown;

async function start(handler: Handler, options: Partial<Omit<HttpApiOptions, 'api'>> & { api?: Partial<HttpApi> } = {}): Promise<HttpApiService & { events: Record<string, unknown>[] }> {
  const events: Record<string, unknown>[] = [];
  const invoker = {
    invoke: async (functionLogicalId: string, event: unknown) => {
      expect(functionLogicalId).toBe('EchoFunction');
      events.push(event as Record<string, unknown>);
      return invocation(await handler(event as Record<string, unknown>));
    },
  };
  const service = await startHttpApi({ port: 0, invoker, clock: clockAtSpeed(1), faults: noFaults, accountId: '123456789012', region: 'eu-west-1', ...options, api: { ...api, ...options.api } });
  cleanups.push(() => service.stop());
  return Object.assign(service, { events });
}

const post = (service: HttpApiService, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Response> => fetch(`${service.url}/events`, { method: 'POST', body, headers });

/** A request whose headers are exactly these, in this order, repeated ones included. */
function rawRequest(url: string, method: string, headers: string[], body = ''): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

describe('the event', () => {
  test('is of payload format 2.0, member by member', async () => {
    const service = await start(() => ({ statusCode: 202 }), { clock: stillClock });
    const { port } = new URL(service.url);
    const headers = ['Host', 'shop.example', 'User-Agent', 'agent/1', 'Header2', 'value1', 'header2', 'value2', 'Cookie', 'cookie1=a; cookie2=b', 'Content-Type', 'application/json', 'X-Forwarded-For', '6.6.6.6', 'Content-Length', '2', 'Connection', 'keep-alive'];
    await rawRequest(`${service.url}/events?parameter1=value1&parameter1=value2&parameter2=a%20b&empty`, 'POST', headers, '{}');
    expect(service.events).toEqual([
      {
        version: '2.0',
        routeKey: 'POST /events',
        rawPath: '/events',
        rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=a%20b&empty',
        cookies: ['cookie1=a', 'cookie2=b'],
        headers: {
          'content-length': '2',
          'content-type': 'application/json',
          header2: 'value1,value2',
          host: 'shop.example',
          'user-agent': 'agent/1',
          'x-amzn-trace-id': expect.stringMatching(/^Root=1-5e5ffb9e-[0-9a-f]{24}$/),
          'x-forwarded-for': '6.6.6.6, 127.0.0.1',
          'x-forwarded-port': port,
          'x-forwarded-proto': 'http',
        },
        queryStringParameters: { parameter1: 'value1,value2', parameter2: 'a b', empty: '' },
        requestContext: {
          accountId: '123456789012',
          apiId: 'a1b2c3d4e5',
          domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
          domainPrefix: 'a1b2c3d4e5',
          http: { method: 'POST', path: '/events', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'agent/1' },
          requestId: expect.stringMatching(/^[\w-]{15}=$/),
          routeKey: 'POST /events',
          stage: '$default',
          time: '04/Mar/2020:19:03:58 +0000',
          timeEpoch: 1_583_348_638_390,
        },
        body: '{}',
        isBase64Encoded: false,
      },
    ]);
  });

  test('has decoded path parameters, and no members for what the request has not', async () => {
    const service = await start(() => 'ok');
    await fetch(`${service.url}/pets/a%20b`);
    expect(service.events[0]).toMatchObject({ rawPath: '/pets/a b', rawQueryString: '', pathParameters: { id: 'a b' }, isBase64Encoded: false });
    for (const member of ['cookies', 'queryStringParameters', 'body', 'stageVariables']) expect(service.events[0]).not.toHaveProperty(member);
  });

  test('has the stage in its path unless that is $default', async () => {
    const service = await start(() => 'ok', { api: { stageName: 'prod' } });
    expect((await fetch(`${service.url}/pets/1`)).status).toBe(200);
    expect(service.events[0]).toMatchObject({ rawPath: '/prod/pets/1', routeKey: 'GET /pets/{id}', requestContext: { stage: 'prod', http: { path: '/prod/pets/1' } } });
    expect((await fetch(new URL('/pets/1', service.url))).status).toBe(404);
  });

  test.each([
    ['application/json', '{"é":1}', false],
    ['application/json; charset=utf-8', '{}', false],
    ['APPLICATION/JSON', '{}', false],
    ['text/csv', 'a,b', false],
    ['application/xml', '<a/>', false],
    ['application/javascript', 'x', false],
    ['application/x-www-form-urlencoded', 'a=b', true],
    ['application/octet-stream', 'x', true],
    ['application/problem+json', '{}', true],
    ['image/png', 'x', true],
  ])('a body of type %s is carried as observed on AWS', async (contentType, text, isBase64Encoded) => {
    const service = await start(() => 'ok');
    await post(service, Buffer.from(text), { 'content-type': contentType });
    expect(service.events[0]).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? Buffer.from(text).toString('base64') : text });
  });

  test('a gzip body, a body without a type and bytes that are no text come in base64', async () => {
    const service = await start(() => 'ok');
    const zipped = gzipSync('{"a":1}');
    await post(service, zipped, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    await post(service, Buffer.from([0xff, 0xfe]), { 'content-type': 'application/json' });
    await rawRequest(`${service.url}/events`, 'POST', ['Host', 'h', 'Content-Length', '1'], 'x');
    expect(service.events.map(({ body, isBase64Encoded }) => [body, isBase64Encoded])).toEqual([[zipped.toString('base64'), true], ['//4=', true], ['eA==', true]]);
    expect(service.events[0]).toMatchObject({ headers: { 'content-encoding': 'gzip' } });
  });

  test('a header names the source address only where local traffic was allowed to', async () => {
    const open = await start(() => 'ok', { sourceIpHeader: 'X-Play-Ip' });
    const strict = await start(() => 'ok');
    for (const service of [open, strict]) await post(service, '{}', { 'content-type': 'application/json', 'x-play-ip': '203.0.113.9' });
    expect(open.events[0]).toMatchObject({ requestContext: { http: { sourceIp: '203.0.113.9' } }, headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(open.events[0]?.['headers']).not.toHaveProperty('x-play-ip');
    expect(strict.events[0]).toMatchObject({ requestContext: { http: { sourceIp: '127.0.0.1' } }, headers: { 'x-play-ip': '203.0.113.9' } });
  });
});

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
