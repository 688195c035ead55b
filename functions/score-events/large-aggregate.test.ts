import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { KinesisStreamRecord } from 'aws-lambda';
import { failuresBucket } from '../../core/aws/failures-bucket.ts';
import { OrderedKinesisProcessor } from '../../core/aws/ordered-kinesis-processor.ts';
import { visitorTable } from '../../core/aws/visitor-table.ts';
import type { ScoringCounts } from '../../core/ports.ts';
import { systemClock } from '../../local/clock.ts';
import { noFaults } from '../../local/faults.ts';
import { startStorage, type StorageService } from '../../local/services/storage/start-storage.ts';
import { run } from './run.ts';

const ACCESS = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const USER_RECORDS = 60_000;

let storage: StorageService;
let s3: S3Client;

beforeAll(async () => {
  storage = await startStorage({ port: 0, dataDir: undefined, clock: systemClock, faults: noFaults, buckets: [{ logicalId: 'FailuresBucket', name: 'failures' }], queues: [] });
  s3 = new S3Client({ ...ACCESS, endpoint: storage.url, forcePathStyle: true });
});

afterAll(async () => {
  s3.destroy();
  await storage.stop();
});

/** An aggregated record of user records that are no events, each of one byte. */
function badAggregate(sequenceNumber: string): KinesisStreamRecord {
  const userRecord = Buffer.from([0x1a, 5, 0x08, 0, 0x1a, 1, 0x62]);
  const message = Buffer.concat([Buffer.from([0x0a, 1, 0x70]), ...Array.from({ length: USER_RECORDS }, () => userRecord)]);
  const data = Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, createHash('md5').update(message).digest()]);
  return { eventID: `shardId-000000000000:${sequenceNumber}`, kinesis: { sequenceNumber, partitionKey: 'p', approximateArrivalTimestamp: 1_769_860_801, data: data.toString('base64') } } as KinesisStreamRecord;
}

it('sets aside 60,000 bad user records of one Kinesis record with a single put, and moves past it', async () => {
  const counts: ScoringCounts[] = [];
  const bucket = failuresBucket({ client: s3, bucketName: 'failures', functionName: 'score-events', functionVersion: '7', clock: systemClock });
  let puts = 0;
  const deps = {
    processor: new OrderedKinesisProcessor(),
    visitors: visitorTable({ client: DynamoDBDocumentClient.from(new DynamoDBClient(ACCESS)), tableName: 'not-called', clock: systemClock, random: Math.random }),
    failures: { put: async (record: Parameters<typeof bucket.put>[0]) => (puts++, bucket.put(record)) },
    alerts: { send: () => Promise.reject(new Error('not called')) },
    metrics: { record: (batch: ScoringCounts) => void counts.push(batch) },
    log: { info: () => undefined, warn: () => undefined },
  };

  expect(await run(deps, [badAggregate('1')], () => 60_000)).toEqual({ batchItemFailures: [] });
  expect(puts).toBe(1);
  expect(counts).toEqual([{ applied: 0, duplicate: 0, quarantined: { not_json: USER_RECORDS } }]);

  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'failures' }));
  expect(Contents).toHaveLength(1);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'failures', Key: Contents[0]?.Key }));
  const lines = ((await Body?.transformToString()) ?? '').trimEnd().split('\n');
  expect(lines).toHaveLength(USER_RECORDS);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ code: 'not_json', reason: expect.any(String), sub_sequence_number: USER_RECORDS - 1, payload: 'Yg==' });
});
