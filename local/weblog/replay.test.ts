import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { clockAtSpeed, systemClock } from '../clock.ts';
import type { Posted } from '../events-api/events-client.ts';
import type { LoggedPageView } from './page-view.ts';
import { LINES_PER_REQUEST, replay } from './replay.ts';

const ACCEPTED: Omit<Posted, 'accepted'> = { rejected: [], unanswered: { indexes: [], reason: '' }, retries: 0 };

function logLine(host: string, second = 0, target = '/'): string {
  return `${host} - - [17/May/2015:10:05:${String(second).padStart(2, '0')} +0000] "GET ${target} HTTP/1.1" 200 5 "-" "ua"`;
}

async function* file(text: string | Buffer): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield Buffer.from(`${logLine('192.0.2.1')}\n`.repeat(100));
}

async function acceptAll(events: LoggedPageView[]): Promise<Posted> {
  return { ...ACCEPTED, accepted: events.length };
}

describe('replay', () => {
  it('counts each line in one place, with samples of what went wrong', async () => {
    const text = [logLine('192.0.2.1'), 'junk \u001b[31m', logLine('192.0.2.2', 0, '/refused'), '', logLine('192.0.2.3', 0, '/lost')].join('\n');
    const summary = await replay({
      source: file(gzipSync(text)),
      clock: systemClock,
      lanes: 1,
      post: async (events) => {
        expect(events.map(({ page }) => page)).toEqual(['/', '/refused', '/lost']);
        return { accepted: 1, rejected: [{ index: 1, code: 'invalid', reason: 'page' }], unanswered: { indexes: [2], reason: '503' }, retries: 3 };
      },
    });

    expect(summary).toEqual({
      lines: 5,
      posted: 3,
      unparseable: 2,
      accepted: 1,
      rejected: { invalid: 1 },
      unanswered: 1,
      retries: 3,
      stopped: 'the API did not answer: 503',
      unparseableSamples: [
        { line: 2, reason: 'no [day/month/year:hour:minute:second zone]', text: String.raw`junk \u001b[31m` },
        { line: 4, reason: 'empty line', text: '' },
      ],
      rejectedSamples: [{ line: 3, code: 'invalid', reason: 'page' }],
    });
  });

  it('keeps the order of each visitor over requests in flight, at most one a lane', async () => {
    const hosts = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`);
    const lines = Array.from({ length: 3000 }, (_, index) => logLine(hosts[index % 20]!, 0, `/${index}`));
    const seen = new Map<string, number[]>();
    let [inFlight, mostInFlight] = [0, 0];
    const summary = await replay({
      source: file(lines.join('\n')),
      clock: systemClock,
      lanes: 3,
      post: async (events) => {
        mostInFlight = Math.max(mostInFlight, ++inFlight);
        expect(events.length).toBeLessThanOrEqual(LINES_PER_REQUEST);
        await systemClock.sleep(events.length % 3);
        for (const { ip = '', page = '' } of events) seen.set(ip, [...(seen.get(ip) ?? []), Number(page.slice(1))]);
        inFlight--;
        return { ...ACCEPTED, accepted: events.length };
      },
    });

    expect(summary).toMatchObject({ lines: 3000, posted: 3000, accepted: 3000, stopped: undefined });
    expect(mostInFlight).toBe(3);
    for (const pages of seen.values()) expect(pages).toEqual(pages.toSorted((a, b) => a - b));
  });

  it('sends lines when the log sent them, so many times faster', async () => {
    const clock = clockAtSpeed(1000);
    const started = clock.now();
    const sentMs = new Map<string | undefined, number>();
    await replay({
      source: file([logLine('192.0.2.1', 0, '/a'), logLine('192.0.2.2', 20, '/b'), logLine('192.0.2.1', 50, '/c')].join('\n')),
      clock,
      pace: (_index, timeMs) => timeMs - Date.UTC(2015, 4, 17, 10, 5, 0),
      post: async (events) => {
        for (const { page } of events) sentMs.set(page, clock.now() - started);
        return { ...ACCEPTED, accepted: events.length };
      },
    });

    // Not in this order on a machine that stalls: lines of several visitors that are due by then go at once.
    expect([...sentMs.keys()].toSorted()).toEqual(['/a', '/b', '/c']);
    expect(sentMs.get('/b')).toBeGreaterThanOrEqual(20_000);
    expect(sentMs.get('/c')).toBeGreaterThanOrEqual(50_000);
  });

  it('stops when it is told to, and reports what it read', async () => {
    const stop = new AbortController();
    const summary = await replay({
      source: endless(),
      clock: systemClock,
      signal: stop.signal,
      post: async (events) => {
        stop.abort();
        return { ...ACCEPTED, accepted: events.length };
      },
    });

    expect(summary.stopped).toBe('interrupted');
    expect(summary.lines).toBeGreaterThan(0);
    expect(summary.posted).toBe(summary.lines);
  });

  it('reports how far a gzip file went that is cut off, and rejects for one without a line', async () => {
    const zipped = gzipSync(Buffer.from(Array.from({ length: 20_000 }, (_, index) => logLine('192.0.2.1', 0, `/${index * 7919}`)).join('\n')));
    const summary = await replay({ source: file(zipped.subarray(0, -1000)), clock: systemClock, post: acceptAll });

    expect(summary.stopped).toBe(`the file could not be read on after line ${summary.lines}: unexpected end of file`);
    expect(summary.accepted).toBe(summary.lines);
    await expect(replay({ source: file(zipped.subarray(0, 30)), clock: systemClock, post: acceptAll })).rejects.toThrow('unexpected end of file');
  });

  it('adds up whatever the file holds and the API answers', async () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 255 }).map((last) => logLine(`192.0.2.${last}`)));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 300 }), fc.array(fc.nat(2), { minLength: 1 }), async (lines, fates) => {
        const text = lines.join('\n');
        let sent = 0;
        const summary = await replay({
          source: file(text),
          clock: systemClock,
          post: async (events) => {
            const fate = events.map(() => fates[sent++ % fates.length]);
            const indexes = (kind: number): number[] => fate.flatMap((one, index) => (one === kind ? [index] : []));
            return {
              accepted: indexes(0).length,
              rejected: indexes(1).map((index) => ({ index, code: 'c', reason: 'r' })),
              unanswered: { indexes: indexes(2), reason: '503' },
              retries: 0,
            };
          },
        });
        expect(summary.lines).toBe(summary.posted + summary.unparseable);
        expect(summary.posted).toBe(summary.accepted + (summary.rejected.c ?? 0) + summary.unanswered);
        expect(summary.posted).toBe(sent);
        const inFile = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
        expect(summary.lines === inFile || summary.stopped !== undefined).toBe(true);
      }),
    );
  });
});
