import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { alertQueue } from '../../core/aws/alert-queue.ts';
import { failuresBucket } from '../../core/aws/failures-bucket.ts';
import { OrderedKinesisProcessor } from '../../core/aws/ordered-kinesis-processor.ts';
import { visitorTable } from '../../core/aws/visitor-table.ts';
import type { Alert } from '../../core/contracts/alert.ts';
import type { ScoringCounts } from '../../core/ports.ts';
import { systemClock } from '../../local/clock.ts';
import { noFaults, seededFaults, type Faults } from '../../local/faults.ts';
import { startDynamoDb, type DynamoDbService } from '../../local/services/dynamodb/start-dynamodb.ts';
import { startStorage, type StorageService } from '../../local/services/storage/start-storage.ts';
import { run, type ScoreDeps } from './run.ts';

const ACCESS = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const QUARANTINED_AT_MS = Date.UTC(2026, 0, 31, 12, 5);

let dynamoDb: DynamoDbService;
let storage: StorageService;
let dynamodb: DynamoDBClient;
let s3: S3Client;
let sqs: SQSClient;
let faults: Faults = noFaults;
let tests = 0;
let deps: ScoreDeps;
let counts: ScoringCounts[];
let logged: string[];
/** Each test works with visitors of its own app, in tables and buckets that all tests share. */
let appId: string;

function table(name: string, key: string) {
  return {
    name,
    ttlAttribute: undefined,
    create: { TableName: name, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }], KeySchema: [{ AttributeName: key, KeyType: 'HASH' }] },
  };
}

beforeAll(async () => {
  const switchable: Faults = { strikes: (kind, where) => faults.strikes(kind, where), fraction: (where) => faults.fraction(where) };
  dynamoDb = await startDynamoDb({ port: 0, dataDir: undefined, clock: systemClock, faults: switchable, tables: [table('visitors', 'pk'), table('idempotency', 'id')] });
  storage = await startStorage({
    port: 0,
    dataDir: undefined,
    clock: systemClock,
    faults: switchable,
    buckets: [{ logicalId: 'FailuresBucket', name: 'failures' }],
    queues: [{ name: 'alerts', arn: 'arn:aws:sqs:us-east-1:123456789012:alerts', attributes: {} }],
  });
  dynamodb = new DynamoDBClient({ ...ACCESS, endpoint: dynamoDb.url });
  s3 = new S3Client({ ...ACCESS, endpoint: storage.url, forcePathStyle: true });
  sqs = new SQSClient({ ...ACCESS, endpoint: storage.url });
});

afterAll(async () => {
  for (const client of [dynamodb, s3, sqs]) client.destroy();
  await dynamoDb.stop();
  await storage.stop();
});

beforeEach(() => {
  appId = `app-${++tests}`;
  faults = noFaults;
  counts = [];
  logged = [];
  const alerts = alertQueue({ sqs, queueUrl: storage.queueUrl('alerts'), dynamodb, idempotencyTableName: 'idempotency' });
  alerts.beginInvocation({ getRemainingTimeInMillis: () => 10_000 } as Context);
  const note = (message: string, details: Record<string, unknown>) => void logged.push(`${message} ${JSON.stringify(details)}`);
  deps = {
    processor: new OrderedKinesisProcessor(),
    visitors: visitorTable({ client: DynamoDBDocumentClient.from(dynamodb), tableName: 'visitors', clock: systemClock, random: Math.random }),
    failures: failuresBucket({ client: s3, bucketName: 'failures', functionName: 'score-events', functionVersion: '7', clock: { now: () => QUARANTINED_AT_MS } }),
    alerts,
    metrics: { record: (batch) => void counts.push(batch) },
    log: { info: note, warn: note },
  };
});

function sample(name: string): KinesisStreamRecord[] {
  const text = readFileSync(new URL(`../../events/score-events.${name}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as KinesisStreamEvent).Records;
}

function record(sequence: number, fields: Record<string, unknown>): KinesisStreamRecord {
  const time = new Date(Date.UTC(2026, 0, 31) + sequence * 1_000).toISOString();
  const event = { event_id: `${appId}-${sequence}`, app_id: appId, event_type: 'page_view', event_time: time, received_at: time, user_id: 'u', schema_version: 1, source: 'test', ...fields };
  return {
    awsRegion: 'us-east-1',
    eventID: `shardId-000000000000:${sequence}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/events',
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/r',
    kinesis: {
      approximateArrivalTimestamp: 1_769_860_801.1,
      data: Buffer.from(JSON.stringify(event)).toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey: String(event.user_id),
      sequenceNumber: String(sequence),
    },
  };
}

const declines = (...sequences: number[]) => sequences.map((sequence) => record(sequence, { event_type: 'payment_declined' }));
const score = async (records: KinesisStreamRecord[], remainingMs = 10_000) => run(deps, records, () => remainingMs);
const stateOf = async (key: string) => (await deps.visitors.read([key])).get(key);
const NO_FAILURES = { batchItemFailures: [] };

async function takeAlerts(): Promise<Alert[]> {
  const taken: Alert[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: storage.queueUrl('alerts'), MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return taken;
    for (const { Body, ReceiptHandle } of Messages) {
      taken.push(JSON.parse(Body ?? '') as Alert);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: storage.queueUrl('alerts'), ReceiptHandle }));
    }
  }
}

/** The objects of the quarantine by their keys, each with its lines. */
async function quarantined(): Promise<Record<string, Record<string, unknown>[]>> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'failures' }));
  const objects = Contents.map(async ({ Key = '' }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'failures', Key }));
    const lines = ((await Body?.transformToString()) ?? '').split(/\n(?!$)/);
    return [Key, lines.map((line) => JSON.parse(line) as Record<string, unknown>)] as const;
  });
  return Object.fromEntries(await Promise.all(objects));
}

describe('score-events with its samples', () => {
  it('applies good events once, counts keyless ones without a state, and finds a redelivery applied', async () => {
    expect(await score(sample('good'))).toEqual(NO_FAILURES);
    expect(await score(sample('retried'))).toEqual(NO_FAILURES);

    expect(counts).toEqual([
      { applied: 3, duplicate: 0, quarantined: {} },
      { applied: 2, duplicate: 2, quarantined: {} },
    ]);
    expect(await stateOf('demo-shop#alice')).toMatchObject({ version: 2, event_counts: { purchase: 2 }, purchases: { EUR: { count: 2, total_minor: 9_980 } } });
    expect(await stateOf('demo-shop#anon-17')).toMatchObject({ version: 1, event_counts: { page_view: 1 } });
    expect(await stateOf('demo-shop#5b0f9a3e-0020-4c1e-9a55-2f6d7c1e0020')).toBeUndefined();
  });

  it('takes aggregates apart, quarantines what can never pass, and raises the alert that the others make', async () => {
    expect(await score(sample('mixed'))).toEqual(NO_FAILURES);

    expect(counts).toEqual([{ applied: 5, duplicate: 0, quarantined: { not_json: 1, unknown_schema_version: 1, invalid_field: 1 } }]);
    expect(await takeAlerts()).toEqual([
      {
        alert_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        app_id: 'demo-shop',
        visitor: 'mallory',
        event_id: '5b0f9a3e-0013-4c1e-9a55-2f6d7c1e0013',
        event_type: 'payment_declined',
        event_time: '2026-01-31T12:00:04.000Z',
        score: 60,
        reasons: [{ code: 'declines_in_a_minute', text: '3 payments were declined within a minute' }],
        created_at: '2026-01-31T12:00:04.000Z',
      },
    ]);
    const byCode = Object.values(await quarantined()).flat().toSorted((a, b) => String(a['code']).localeCompare(String(b['code'])));
    expect(byCode.map(({ code, sub_sequence_number: at }) => `${String(code)} ${String(at)}`)).toEqual(['invalid_field 0', 'not_json 0', 'unknown_schema_version 3']);
    expect(byCode[1]).toEqual({
      code: 'not_json',
      reason: 'expected a JSON object; got 8 bytes that are not JSON',
      function_version: '7',
      shard_id: 'shardId-000000000000',
      sequence_number: '49671234567890123456789012345678901234567890123456789012',
      sub_sequence_number: 0,
      payload: 'bm90IEpTT04=',
      quarantined_at: '2026-01-31T12:05:00.000Z',
    });
  });

  it('quarantines a batch of nothing but poison under names that a redelivery meets again', async () => {
    const before = Object.keys(await quarantined()).length;
    expect(await score(sample('poisoned'))).toEqual(NO_FAILURES);
    const names = Object.keys(await quarantined());
    expect(await score(sample('poisoned'))).toEqual(NO_FAILURES);

    expect(names).toHaveLength(before + 5);
    expect(names.every((name) => /^quarantine\/score-events\/2026\/01\/31\/[0-9a-f]{32}\.json$/.test(name))).toBe(true);
    expect(Object.keys(await quarantined())).toEqual(names);
    expect(counts[0]).toEqual({ applied: 0, duplicate: 0, quarantined: { not_json: 1, not_utf8: 1, unknown_schema_version: 1, missing_field: 1, not_an_object: 1 } });
  });
});

describe('score-events', () => {
  it('writes a visitor once a batch, whatever the number of events', async () => {
    const before = dynamoDb.usage.requests['UpdateItem'] ?? 0;
    await score(Array.from({ length: 100 }, (_, index) => record(index + 1, { user_id: `u${index % 4}` })));

    expect((dynamoDb.usage.requests['UpdateItem'] ?? 0) - before).toBe(4);
    expect(await stateOf(`${appId}#u3`)).toMatchObject({ version: 1, event_counts: { page_view: 25 }, positions: [{ shard_id: 'shardId-000000000000', position: '003:100:00000000' }] });
  });

  it('begins nothing near the deadline and reports the first record', async () => {
    expect(await score([record(1, {}), record(2, {})], 2_999)).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(counts).toEqual([{ applied: 0, duplicate: 0, quarantined: {} }]);
    expect(await stateOf(`${appId}#u`)).toBeUndefined();
    expect(await score([record(1, {}), record(2, {})], 3_000)).toEqual(NO_FAILURES);
  });

  it('reports the lowest record that something transient stopped, and counts only what is below it', async () => {
    const write = deps.visitors.write;
    deps.visitors = { ...deps.visitors, write: async (key, state) => (key.endsWith('#b') ? Promise.reject(new Error('throttled')) : write(key, state)) };
    const records = [record(1, { user_id: 'a' }), record(2, { user_id: 'b' }), record(3, { user_id: 'a' })];

    expect(await score(records)).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    deps.visitors = { ...deps.visitors, write };
    expect(await score(records.slice(1))).toEqual(NO_FAILURES);

    expect(counts).toEqual([
      { applied: 1, duplicate: 0, quarantined: {} },
      { applied: 1, duplicate: 1, quarantined: {} },
    ]);
    expect(await stateOf(`${appId}#a`)).toMatchObject({ event_counts: { page_view: 2 } });
    expect(logged.at(1)).toBe('batch to be delivered again {"from":"2","errors":["Error"]}');
  });

  it('sends an alert that a dead function left behind when its events come again', async () => {
    const alive = deps.alerts;
    deps.alerts = { send: () => Promise.reject(new Error('the function died here')) };
    expect(await score(declines(1, 2, 3))).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect((await stateOf(`${appId}#u`))?.pending_alerts).toHaveLength(1);
    expect(await takeAlerts()).toEqual([]);

    deps.alerts = alive;
    expect(await score(declines(1, 2, 3))).toEqual(NO_FAILURES);
    expect(await takeAlerts()).toMatchObject([{ event_id: `${appId}-3` }]);
    expect(await stateOf(`${appId}#u`)).toMatchObject({ pending_alerts: [], event_counts: { payment_declined: 3 } });
  });

  it('does not send an alert again when it died before it could forget it', async () => {
    const clear = deps.visitors.clearPendingAlerts;
    deps.visitors = { ...deps.visitors, clearPendingAlerts: () => Promise.reject(new Error('the function died here')) };
    await score(declines(1, 2, 3));
    deps.visitors = { ...deps.visitors, clearPendingAlerts: clear };
    expect(await score(declines(1, 2, 3))).toEqual(NO_FAILURES);

    expect(await takeAlerts()).toHaveLength(1);
  });

  it('sends every alert of a long burst once, 20 at a time', async () => {
    await score(Array.from({ length: 50 }, (_, index) => declines(index + 1)[0] as KinesisStreamRecord));

    expect(new Set((await takeAlerts()).map(({ alert_id }) => alert_id)).size).toBe(48);
    expect(await stateOf(`${appId}#u`)).toMatchObject({ pending_alerts: [], event_counts: { payment_declined: 50 } });
  });

  it('folds again when somebody else wrote the visitor in between', async () => {
    const rival = { ...deps };
    const read = deps.visitors.read;
    let raced = false;
    deps.visitors = {
      ...deps.visitors,
      read: async (keys) => {
        const states = await read(keys);
        if (!raced) {
          raced = true;
          await run(rival, [record(1, {})], () => 10_000);
        }
        return states;
      },
    };
    expect(await score([record(1, {}), record(2, {})])).toEqual(NO_FAILURES);

    expect(counts.at(-1)).toEqual({ applied: 1, duplicate: 1, quarantined: {} });
    expect(await stateOf(`${appId}#u`)).toMatchObject({ version: 2, event_counts: { page_view: 2 } });
  });

  it('comes to the state of the plain fold through throttles and lost answers of DynamoDB, S3 and SQS', async () => {
    faults = seededFaults(3, { throttle: 0.2, lostResponse: 0.1, crash: 0, duplicate: 0 });
    const all = Array.from({ length: 60 }, (_, index) => record(index + 1, { user_id: `u${index % 5}`, event_type: index % 6 === 0 ? 'payment_declined' : 'page_view' }));
    let from = 0;
    for (let delivery = 0; from < all.length && delivery < 200; delivery++) {
      const batch = all.slice(from, from + 20);
      const reported = (await score(batch)).batchItemFailures[0]?.itemIdentifier;
      from = reported === undefined ? from + batch.length : Number(reported) - 1;
    }
    faults = noFaults;

    expect(from).toBe(60);
    expect(counts.reduce((sum, { applied, duplicate }) => sum + applied + duplicate, 0)).toBe(60);
    for (let visitor = 0; visitor < 5; visitor++) {
      expect(await stateOf(`${appId}#u${visitor}`)).toMatchObject({ event_counts: { page_view: 10, payment_declined: 2 }, pending_alerts: [] });
    }
  });

  it('logs counts and nothing of the events', async () => {
    await score([record(1, { user_id: 'secret-user' })]);

    expect(logged).toEqual(['batch scored {"records":1,"events":1,"applied":1,"duplicate":0,"quarantined":{}}']);
  });
});
