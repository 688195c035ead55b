import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const COMMAND = fileURLToPath(new URL('./invoke.ts', import.meta.url));
const KEY = 'invoke-test-key';
const WRITE_KEYS = `WriteKeys=test:${createHash('sha256').update(KEY).digest('hex')}`;

function run(event: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const line = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', COMMAND, ...args, '--parameter', WRITE_KEYS];
    const child = execFile(process.execPath, line, (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }));
    child.stdin?.on('error', () => undefined).end(event);
  });
}

function request(events: object[]): string {
  return JSON.stringify({
    version: '2.0',
    routeKey: 'POST /events',
    rawPath: '/events',
    rawQueryString: '',
    headers: { 'content-type': 'application/json', 'x-write-key': KEY },
    requestContext: { http: { method: 'POST', path: '/events', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'ua' } },
    body: JSON.stringify({ events }),
    isBase64Encoded: false,
  });
}

/** A batch of the stream: each event with what the API would have added. */
function batch(events: object[]): string {
  const records = events.map((event, index) => {
    const whole = { app_id: 'test', received_at: '2026-01-31T12:00:00.000Z', schema_version: 1, source: 'http_api', ...event };
    const sequenceNumber = `4959033827149025660855969253836157109592157598913658889${index}`;
    return {
      kinesis: { kinesisSchemaVersion: '1.0', partitionKey: 'ann', sequenceNumber, data: Buffer.from(JSON.stringify(whole)).toString('base64'), approximateArrivalTimestamp: 1_769_860_800.5 },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000000:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::123456789012:role/role',
      awsRegion: 'us-east-1',
      eventSourceARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/stream',
    };
  });
  return JSON.stringify({ Records: records });
}

describe('npm run invoke', () => {
  it('answers with the response on standard output and the log on standard error, its stream being there', async () => {
    const event = request([{ event_id: 'a', event_type: 'page_view', event_time: '2026-01-31T12:00:00Z' }]);
    const { code, stdout, stderr } = await run(event, 'ingest-events', '-');

    const { statusCode, body } = JSON.parse(stdout) as { statusCode: number; body: string };
    expect([code, statusCode, JSON.parse(body)]).toEqual([0, 202, { accepted: 1, rejected: 0, results: [{ event_id: 'a', status: 'accepted' }] }]);
    expect(stderr).toMatch(/^START RequestId: \S+ Version: \$LATEST\n[\s\S]*END RequestId: \S+\nREPORT RequestId: \S+\tDuration: .* ms\t.*Init Duration: .* ms\t\n$/);
  });

  it('gives the function its tables and queues, so that a batch that raises an alert succeeds', async () => {
    const declined = ['1', '2', '3'].map((event_id) => ({
      event_id,
      event_type: 'payment_declined',
      event_time: '2026-01-31T12:00:00.000Z',
      user_id: 'ann',
      properties: { amount_minor: 100, currency: 'EUR', payment_fingerprint: `card-${event_id}` },
    }));
    const { code, stdout, stderr } = await run(batch(declined), 'ScoreEventsFunction', '-');

    expect([code, JSON.parse(stdout)]).toEqual([0, { batchItemFailures: [] }]);
    expect(stderr).toContain('"EventsApplied":3');
  });

  it('sets variables, and ends with 1 when the function fails', async () => {
    const { code, stdout, stderr } = await run('{"records":[]}', 'transform-records', '-', '--env', 'REFERENCE_DATA_DIR=/nowhere');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ errorType: expect.any(String), errorMessage: expect.stringContaining('/nowhere') });
    expect(stderr).toContain('REPORT RequestId: ');
  });

  it.each([
    ['a function that is not there', '{}', ['score-event', '-'], 2, /expected one of ingest-events \(IngestEventsFunction\), .*; got "score-event"\. Did you mean score-events\?/],
    ['a file that is not there', '{}', ['score-events', 'nowhere.json'], 1, /^nowhere\.json: there is no such file\. Say which event to send, or - for standard input\.\n$/],
    ['broken JSON', '{"Records":[}', ['score-events', '-'], 1, /^standard input: expected JSON: Unexpected token '\}'/],
    ['a parameter that the template has not', '{}', ['score-events', '-', '--parameter', 'Shards=2'], 1, /Shards/],
    ['an assignment without a name', '{}', ['score-events', '-', '--env', 'DEBUG'], 2, /--env: expected Name=Value, got "DEBUG"\./],
  ])('explains %s', async (_name, event, args, expectedCode, message) => {
    const { code, stdout, stderr } = await run(event, ...args);

    expect([code, stdout]).toEqual([expectedCode, '']);
    expect(stderr).toMatch(message);
  });
});
