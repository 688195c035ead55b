import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import * as fc from 'fast-check';
import { crawlerMatcher } from '../../core/domain/crawlers.ts';
import { readCrawlerList } from '../../core/reference-data.ts';
import { run } from './run.ts';

const ROOT = new URL('../../', import.meta.url);
const logged: string[] = [];
const deps = {
  environment: 'test',
  isDeclaredCrawler: crawlerMatcher(readCrawlerList(new URL('layers/reference-data/reference-data', ROOT).pathname)),
  clock: { now: () => Date.UTC(2026, 0, 31, 12, 5) },
  log: {
    info: (message: string, details: Record<string, unknown>) => void logged.push(`${message} ${JSON.stringify(details)}`),
    warn: (message: string) => void logged.push(message),
  },
};

/** The answers to a sample, each as its result and the text of its data. */
function answers(sample: string): string[] {
  const batch = envelope(sample);
  const { records } = run(deps, batch);
  expect(records.map(({ recordId }) => recordId)).toEqual(batch.records.map(({ recordId }) => recordId));
  return records.map(({ result, data }) => `${result} ${Buffer.from(data, 'base64').toString()}`);
}

function envelope(sample: string): FirehoseTransformationEvent {
  return JSON.parse(readFileSync(new URL(`events/transform-records.${sample}.json`, ROOT), 'utf8')) as FirehoseTransformationEvent;
}

describe('transform-records', () => {
  it('writes each event as one line, stamped, also without a user agent', () => {
    const lines = answers('good');

    expect(lines[1]).toBe(
      'Ok {"event_id":"5b0f9a3e-0002-4c1e-9a55-2f6d7c1e0002","app_id":"demo-shop","event_type":"purchase",' +
        '"event_time":"2026-01-31T12:00:00.500Z","received_at":"2026-01-31T12:00:01.500Z","user_id":"alice","session_id":"sess-2",' +
        '"device_id":"device-7","page":"https://shop.example/checkout","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) ' +
        'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36","ip":"203.0.113.9","properties":{"order_id":"order-1001",' +
        '"amount_minor":4990,"currency":"EUR","payment_method":"card","payment_fingerprint":"card-6b1f"},"schema_version":1,' +
        '"source":"http-api","processed_at":"2026-01-31T12:05:00.000Z","environment":"test"}\n',
    );
    expect(lines.map((line) => line.slice(0, 3))).toEqual(['Ok ', 'Ok ', 'Ok ']);
  });

  it('drops declared crawlers, marks garbage and unknown versions, and lets their neighbours pass', () => {
    const [page, bot, garbage, later, mood] = answers('mixed');

    expect(page).toMatch(/^Ok \{"event_id":"5b0f9a3e-0001/);
    expect(bot).toBe('Dropped {"event_id":"5b0f9a3e-0051-4c1e-9a55-2f6d7c1e0051","reason":"declared_crawler"}');
    expect(garbage).toBe('ProcessingFailed {"code":"not_json"}');
    expect(later).toBe('ProcessingFailed {"event_id":"5b0f9a3e-0002-4c1e-9a55-2f6d7c1e0002","code":"unknown_schema_version"}');
    expect(mood).toMatch(/^Ok .*"mood":"calm".*\n$/);
  });

  it('marks a batch of nothing but garbage, each with its code', () => {
    expect(answers('poisoned')).toEqual([
      'ProcessingFailed {"code":"not_json"}',
      'ProcessingFailed {"code":"not_utf8"}',
      'ProcessingFailed {"code":"not_json"}',
      'ProcessingFailed {"code":"not_an_object"}',
      'ProcessingFailed {"code":"missing_field"}',
    ]);
  });

  it('answers a batch that comes again as it did before', () => {
    expect(answers('retried')).toEqual(answers('good'));
  });

  it('logs counts and nothing of the events', () => {
    logged.length = 0;
    answers('mixed');

    expect(logged).toEqual(['records transformed {"ok":2,"dropped":1,"failed":2}']);
  });

  it('answers every record once and in order, whatever comes in, with one line of JSON for what is Ok', () => {
    const sample = JSON.parse(Buffer.from(envelope('good').records[0]?.data ?? '', 'base64').toString()) as Record<string, unknown>;
    const payload = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.dictionary(fc.constantFrom(...Object.keys(sample), 'properties', 'extra'), fc.jsonValue()).map((fields) => Buffer.from(JSON.stringify({ ...sample, ...fields }))),
      fc.string({ unit: 'binary' }).map((referrer) => Buffer.from(JSON.stringify({ ...sample, referrer }))),
    );
    const data = fc.oneof(payload.map((bytes) => bytes.toString('base64')), fc.string());
    fc.assert(
      fc.property(fc.array(data), (list) => {
        const records = list.map((text, index) => ({ recordId: `id ${index}`, approximateArrivalTimestamp: 0, data: text }));
        const answered = run(deps, { invocationId: 'i', deliveryStreamArn: 'd', region: 'us-east-1', records }).records;
        expect(answered.map(({ recordId }) => recordId)).toEqual(records.map(({ recordId }) => recordId));
        for (const { result, data: answer } of answered) {
          const text = Buffer.from(answer, 'base64').toString();
          expect(JSON.parse(text)).toBeInstanceOf(Object);
          expect(text.indexOf('\n')).toBe(result === 'Ok' ? text.length - 1 : -1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('answers as ProcessingFailed what would take the response above 6 MB', () => {
    const event = { ...(JSON.parse(Buffer.from(envelope('good').records[0]?.data ?? '', 'base64').toString()) as object), properties: { text: 'x'.repeat(1_000_000) } };
    const data = Buffer.from(JSON.stringify(event)).toString('base64');
    const records = Array.from({ length: 6 }, (_, index) => ({ recordId: `id ${index}`, approximateArrivalTimestamp: 0, data }));
    const response = run(deps, { invocationId: 'i', deliveryStreamArn: 'd', region: 'us-east-1', records });

    expect(response.records.map(({ result }) => result)).toEqual(['Ok', 'Ok', 'Ok', 'Ok', 'ProcessingFailed', 'ProcessingFailed']);
    expect(JSON.stringify(response).length).toBeLessThan(6_000_000);
  });
});
