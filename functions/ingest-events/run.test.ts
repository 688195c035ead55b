import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { kinesisEventStream } from '../../core/aws/kinesis-event-stream.ts';
import { parseWriteKeys } from '../../core/domain/write-keys.ts';
import { clockAtSpeed, systemClock } from '../../local/clock.ts';
import { noFaults } from '../../local/faults.ts';
import { startKinesis, type KinesisService } from '../../local/services/kinesis/service.ts';
import { run, type IngestDeps } from './run.ts';

const REQUEST_TIME_MS = Date.UTC(2026, 0, 31, 12, 0, 1);
const REMAINING_MS = 10_000;

let kinesis: KinesisService;
let client: KinesisClient;
let stored: { partitionKey: string; event: Record<string, unknown> }[];
let logged: string[];
let deps: IngestDeps;

beforeAll(async () => {
  kinesis = await startKinesis({ port: 0, clock: systemClock, faults: noFaults, region: 'us-east-1', accountId: '123456789012', settings: { createStreamMs: 0 } });
  await kinesis.call('CreateStream', { StreamName: 'events', ShardCount: 1 });
  kinesis.onAppend((_stream, _shard, records) => {
    for (const { partitionKey, data } of records) stored.push({ partitionKey, event: JSON.parse(Buffer.from(data, 'base64').toString()) as Record<string, unknown> });
  });
  client = new KinesisClient({
    endpoint: kinesis.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: { disableConcurrentStreams: false },
  });
});

afterAll(async () => {
  client.destroy();
  await kinesis.stop();
});

beforeEach(() => {
  stored = [];
  logged = [];
  const log = {
    info: (message: string, details: Record<string, unknown>) => void logged.push(`${message} ${JSON.stringify(details)}`),
    warn: (message: string, details: Record<string, unknown>) => void logged.push(`${message} ${JSON.stringify(details)}`),
  };
  let ids = 0;
  deps = {
    // printf %s demo-write-key | sha256sum
    writeKeys: parseWriteKeys('demo-shop:8c365d0d5950e8e1ed371597bbf63992cf7613da0d65e84fbeded634b3e40c71'),
    stream: kinesisEventStream({ client, streamName: 'events', clock: systemClock, random: () => 0.5, log }),
    clock: { now: () => REQUEST_TIME_MS, sleep: async () => undefined },
    log,
    newEventId: () => `generated-${++ids}`,
  };
  // The stream's deadline is by the machine's clock, the request's time is fixed.
  const put = deps.stream.put;
  deps.stream = { put: async (entries, deadlineMs) => put(entries, systemClock.now() + (deadlineMs - REQUEST_TIME_MS)) };
});

function envelope(sample: string): APIGatewayProxyEventV2 {
  return JSON.parse(readFileSync(new URL(`../../events/ingest-events.${sample}.json`, import.meta.url), 'utf8')) as APIGatewayProxyEventV2;
}

async function post(request: APIGatewayProxyEventV2): Promise<{ status: number; headers: Record<string, string>; body: unknown }> {
  const { statusCode, headers, body } = await run(deps, request, REMAINING_MS);
  return { status: statusCode, headers, body: JSON.parse(body) as unknown };
}

describe('ingest-events', () => {
  it('lets a server key state whose address and agent these are, and puts nothing of the server in their place', async () => {
    deps.writeKeys = parseWriteKeys('demo-shop:8c365d0d5950e8e1ed371597bbf63992cf7613da0d65e84fbeded634b3e40c71:server');
    const request = envelope('good');
    const event = { event_type: 'page_view', event_time: '2026-01-31T12:00:00Z', anonymous_id: 'a' };
    request.body = JSON.stringify([
      { ...event, ip: '2001:db8::7', user_agent: 'Visitor/1.0' },
      { ...event, user_agent: null },
      { ...event, ip: 'somewhere' },
    ]);
    request.isBase64Encoded = false;

    const answer = await post(request);

    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, rejected: 1 } });
    expect((answer.body as { results: unknown[] }).results[2]).toMatchObject({ code: 'invalid_field', reason: expect.stringContaining('ip: expected an IPv4 or IPv6 address') });
    expect(stored.map(({ event: { ip, user_agent } }) => ({ ip, user_agent }))).toEqual([
      { ip: '2001:db8::7', user_agent: 'Visitor/1.0' },
      { ip: undefined, user_agent: undefined },
    ]);
  });

  it('answers 202 when the stream has the events, stamped, under their partition keys', async () => {
    expect(await post(envelope('good'))).toEqual({
      status: 202,
      headers: { 'content-type': 'application/json' },
      body: {
        accepted: 2,
        rejected: 0,
        results: [
          { event_id: '5b0f9a3e-0001-4c1e-9a55-2f6d7c1e0001', status: 'accepted' },
          { event_id: '5b0f9a3e-0002-4c1e-9a55-2f6d7c1e0002', status: 'accepted' },
        ],
      },
    });
    expect(stored.map(({ partitionKey }) => partitionKey)).toEqual(['anon-17', 'alice']);
    expect(stored[0]?.event).toEqual({
      event_id: '5b0f9a3e-0001-4c1e-9a55-2f6d7c1e0001',
      app_id: 'demo-shop',
      event_type: 'page_view',
      event_time: '2026-01-31T12:00:00.000Z',
      received_at: '2026-01-31T12:00:01.000Z',
      anonymous_id: 'anon-17',
      session_id: 'sess-1',
      page: 'https://shop.example/',
      referrer: 'https://search.example/',
      user_agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36',
      ip: '203.0.113.9',
      schema_version: 1,
      source: 'http-api',
    });
  });

  it('takes the good events of a mixed request, and says of each other one what is wrong with it', async () => {
    const { status, body } = await post(envelope('mixed'));

    expect(status).toBe(202);
    expect(body).toEqual({
      accepted: 2,
      rejected: 3,
      results: [
        { event_id: '5b0f9a3e-0001-4c1e-9a55-2f6d7c1e0001', status: 'accepted' },
        {
          status: 'rejected',
          code: 'invalid_field',
          reason: 'event_time: expected an ISO 8601 date and time with seconds and a time zone, such as "2026-01-31T12:00:00.000Z"; got text "yesterday"',
        },
        {
          event_id: '5b0f9a3e-0003-4c1e-9a55-2f6d7c1e0003',
          status: 'rejected',
          code: 'unknown_field',
          reason: '"colour": expected only the fields of the event schema; put your own data under "properties"',
        },
        { status: 'rejected', code: 'not_an_object', reason: 'expected an event as a JSON object; got text "hello"' },
        { event_id: '5b0f9a3e-0004-4c1e-9a55-2f6d7c1e0004', status: 'accepted' },
      ],
    });
    expect(stored).toHaveLength(2);
  });

  it('refuses a broken body as a JSON problem, and puts nothing', async () => {
    expect(await post(envelope('poisoned'))).toEqual({
      status: 400,
      headers: { 'content-type': 'application/problem+json' },
      body: {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        code: 'invalid_json',
        detail: 'expected one event, an array of events, or {"events":[…]} as JSON in UTF-8; got 37 characters that are not JSON',
      },
    });
    expect(stored).toEqual([]);
  });

  it('takes a retried beacon (base64, text/plain) under the same event ids', async () => {
    expect(await post(envelope('retried'))).toEqual({ ...(await post(envelope('good'))) });
    expect(stored.slice(0, 2)).toEqual(stored.slice(2));
  });

  it('gives an event without an id one, and tells the client', async () => {
    const request = { ...envelope('good'), body: '{"event_type":"page_view","event_time":"2026-01-31T12:00:00Z"}' };

    expect((await post(request)).body).toMatchObject({ results: [{ event_id: 'generated-1', status: 'accepted' }] });
    expect(stored).toMatchObject([{ partitionKey: 'generated-1', event: { event_id: 'generated-1' } }]);
  });

  it.each([{ key: 'wrong' }, { key: '' }, { key: undefined }])('answers 401 for the write key $key, before it reads the body', async ({ key }) => {
    const request = envelope('poisoned');

    expect(await post({ ...request, headers: { ...request.headers, 'x-write-key': key } })).toMatchObject({ status: 401, body: { code: 'invalid_write_key' } });
  });

  it('answers 400 with the results when no event is valid', async () => {
    expect(await post({ ...envelope('good'), body: '[{}]' })).toMatchObject({ status: 400, body: { accepted: 0, rejected: 1, results: [{ code: 'missing_field' }] } });
  });

  it('rejects an event above 256 KiB and takes its neighbour', async () => {
    await post({ ...envelope('good'), body: JSON.stringify(eventWithText(0)) });
    const bytesWithoutText = Buffer.byteLength(JSON.stringify(stored[0]?.event));
    const body = JSON.stringify([eventWithText(262_144 - bytesWithoutText), eventWithText(262_145 - bytesWithoutText)]);

    expect((await post({ ...envelope('good'), body })).body).toMatchObject({ results: [{ status: 'accepted' }, { status: 'rejected', code: 'too_large' }] });
    expect(Buffer.byteLength(JSON.stringify(stored[1]?.event))).toBe(262_144);
  });

  it('answers 503 with Retry-After when the stream takes nothing, and 202 never', async () => {
    deps.stream = kinesisEventStream({ client, streamName: 'no-such-stream', clock: clockAtSpeed(1), random: () => 0, log: deps.log });
    const { status, headers, body } = await post(envelope('good'));

    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('2');
    expect(body).toMatchObject({ accepted: 0, rejected: 2, results: [{ status: 'rejected', code: 'not_stored' }, { code: 'not_stored' }] });
  });

  it('logs counts and nothing of the events or the key', async () => {
    await post(envelope('good'));

    expect(logged).toEqual(['request answered {"appId":"demo-shop","events":2,"stored":2}']);
  });
});

function eventWithText(length: number): object {
  return { event_id: 'e', event_type: 'x', event_time: '2026-01-31T12:00:00Z', properties: { text: 'x'.repeat(length) } };
}
