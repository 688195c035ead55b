import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import * as fc from 'fast-check';
import { clockAtSpeed, systemClock } from '../../local/clock.ts';
import { seededFaults, type FaultRates } from '../../local/faults.ts';
import { startKinesis } from '../../local/services/kinesis/service.ts';
import { kinesisEventStream } from './kinesis-event-stream.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const log = { info: () => undefined, warn: () => undefined };
const stops: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** Time passes by waiting alone, a second for each millisecond: no call is cut off, so that every answer is certain. */
function leapingClock() {
  let nowMs = 0;
  return { now: () => nowMs, sleep: async (ms: number) => void (nowMs += 1_000 * ms) };
}

/** A stream on a local Kinesis with faults; `stored` is what it holds, in its order. */
async function faultyStream(rates: Partial<FaultRates>, seed: number) {
  const faults = seededFaults(seed, { throttle: 0, lostResponse: 0, crash: 0, duplicate: 0, ...rates });
  const clock = clockAtSpeed(20);
  const kinesis = await startKinesis({ port: 0, clock: systemClock, faults, region: 'us-east-1', accountId: '123456789012', settings: { createStreamMs: 0, writeRecordsPerSecond: Infinity } });
  while (!(await kinesis.call('CreateStream', { StreamName: 'events', ShardCount: 1 }).catch(() => undefined))) continue;
  const client = new KinesisClient({ endpoint: kinesis.url, region: 'us-east-1', credentials, maxAttempts: 1, requestHandler: { disableConcurrentStreams: false } });
  const stored: string[] = [];
  kinesis.onAppend((_stream, _shard, records) => stored.push(...records.map(({ data }) => Buffer.from(data, 'base64').toString())));
  stops.push(() => kinesis.stop(), () => client.destroy());
  return { stream: kinesisEventStream({ client, streamName: 'events', clock, random: Math.random, log }), client, stored, clock };
}

const numbered = (count: number, prefix = '') => Array.from({ length: count }, (_, index) => ({ partitionKey: `key ${index % 7}`, data: Buffer.from(`${prefix}${index}`) }));

describe('kinesisEventStream', () => {
  it('says stored of exactly what the stream holds, each once, when single records are refused at random', async () => {
    const { client, stored } = await faultyStream({ throttle: 0.5 }, 11);
    const clock = leapingClock();
    const stream = kinesisEventStream({ client, streamName: 'events', clock, random: Math.random, log });
    let call = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 600 }), fc.constantFrom(499, 100_000, 1e9), async (count, budgetMs) => {
        const prefix = `${++call}/`;
        const entries = numbered(count, prefix);
        const answers = await stream.put(entries, clock.now() + budgetMs);
        const accepted = entries.filter((_, index) => answers[index]).map(({ data }) => data.toString());
        expect(answers).toHaveLength(count);
        expect(stored.filter((data) => data.startsWith(prefix)).toSorted()).toEqual(accepted.toSorted());
        expect(accepted.length).toBeGreaterThanOrEqual(budgetMs === 1e9 ? count : 0);
      }),
      { numRuns: 15 },
    );
  });

  it('loses nothing when answers are lost: what it says is stored is there, perhaps twice', async () => {
    const { stream, stored, clock } = await faultyStream({ lostResponse: 0.4 }, 5);
    const answers: boolean[] = [];
    for (let round = 0; round < 6; round++) answers.push(...(await stream.put(numbered(10, `${round}/`), clock.now() + 60_000)));

    expect(answers).toEqual(Array.from({ length: 60 }, () => true));
    expect(new Set(stored).size).toBe(60);
    expect(stored.length).toBeGreaterThan(60);
  });

  it('keeps the order of a request when nothing is refused, over several calls', async () => {
    const { stream, stored, clock } = await faultyStream({}, 1);
    await stream.put(numbered(1_100), clock.now() + 60_000);

    expect(stored).toEqual(numbered(1_100).map(({ data }) => data.toString()));
  });

  it.each([
    { name: 'an answer for fewer records than were put', answer: { FailedRecordCount: 0, Records: [{ SequenceNumber: '1', ShardId: 's' }] } },
    { name: 'an answer without sequence numbers', answer: { FailedRecordCount: 0, Records: [{}, {}] } },
    { name: 'no answer to the records at all', answer: {} },
  ])('takes $name for a failure, and ends at its deadline', async ({ answer }) => {
    let calls = 0;
    const server: Server = createServer((request, response) => {
      calls++;
      request.resume().on('end', () => response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify(answer)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = new KinesisClient({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, region: 'us-east-1', credentials, maxAttempts: 1, requestHandler: new NodeHttpHandler() });
    stops.push(() => void server.close(), () => client.destroy(), () => server.closeAllConnections());
    const clock = leapingClock();
    const deadlineMs = clock.now() + 100_000;
    const answers = await kinesisEventStream({ client, streamName: 'events', clock, random: () => 0.5, log }).put(numbered(2), deadlineMs);

    expect(answers).toEqual([false, false]);
    expect(calls).toBeGreaterThan(1);
  });

  it('does not try again what never helps, and does not put what is behind it', async () => {
    const { client, clock } = await faultyStream({}, 1);
    const waited: number[] = [];
    const missing = kinesisEventStream({ client, streamName: 'missing', clock: { now: clock.now, sleep: async (ms) => void waited.push(ms) }, random: () => 0.5, log });

    expect(await missing.put(numbered(501), clock.now() + 60_000)).toEqual(Array.from({ length: 501 }, () => false));
    expect(waited).toEqual([]);
  });

  it('leaves out a record that is too large for the stream, and puts its neighbour', async () => {
    const { stream, stored, clock } = await faultyStream({}, 1);

    expect(await stream.put([{ partitionKey: 'k', data: Buffer.alloc(1_048_576) }, ...numbered(1)], clock.now() + 60_000)).toEqual([false, true]);
    expect(stored).toEqual(['0']);
  });
});
