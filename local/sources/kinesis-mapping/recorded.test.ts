/** What was observed of Kinesis event source mappings on AWS in November 2025, restated as cases. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startWorld, type World } from '../../../tests/support/mapping-world.ts';

const RETURNS = (value: string): string => `export const handler = async () => (${value});`;
const THROWS = `export const handler = async () => { throw new Error('no'); };`;
const REPORTS = `export const handler = async (event: any) => ({
  batchItemFailures: event.Records
    .filter(({ kinesis }: any) => JSON.parse(Buffer.from(kinesis.data, 'base64').toString()).should_fail)
    .map(({ kinesis }: any) => ({ itemIdentifier: kinesis.sequenceNumber })),
});`;

const SUCCESSES: [logicalId: string, returns: string][] = [
  ['Null', 'null'], ['EmptyList', '[]'], ['NullFailures', '{ batchItemFailures: null }'],
  ['EmptyText', '""'], ['EmptyObject', '{}'], ['EmptyFailures', '{ batchItemFailures: [] }'],
];
const FAILURES: [logicalId: string, returns: string, functionError: string | null][] = [
  ['EmptyId', '{ batchItemFailures: [{ itemIdentifier: "" }] }', null],
  ['UnknownKey', '{ batchItemFailures: [{ foo: 123 }] }', null],
  ['NullId', '{ batchItemFailures: [{ itemIdentifier: null }] }', null],
  ['StrangeId', '{ batchItemFailures: [{ itemIdentifier: "not-in-the-batch" }] }', null],
  ['Throws', '', 'Unhandled'],
];
const REPORTING = { batchSize: 1, batchingWindowSeconds: 1, maximumRetryAttempts: 2, reportBatchItemFailures: true };

let world: World;
beforeAll(async () => {
  world = await startWorld({
    speed: 20,
    sources: {
      Reports: REPORTS,
      ...Object.fromEntries(SUCCESSES.map(([logicalId, value]) => [logicalId, RETURNS(value)])),
      ...Object.fromEntries(FAILURES.map(([logicalId, value]) => [logicalId, value === '' ? THROWS : RETURNS(value)])),
    },
  });
});
afterAll(() => world?.stop());

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const failure = (logicalId: string, streamArn: string, sequenceNumber: string | undefined, condition: string, invocations: number, response?: object) => ({
  requestContext: {
    requestId: UUID,
    functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:millrace-${logicalId}`,
    condition,
    approximateInvokeCount: invocations,
  },
  ...(response && { responseContext: response }),
  version: '1.0',
  timestamp: TIME,
  KinesisBatchInfo: {
    shardId: 'shardId-000000000000', startSequenceNumber: sequenceNumber, endSequenceNumber: sequenceNumber,
    approximateArrivalOfFirstRecord: TIME, approximateArrivalOfLastRecord: TIME, batchSize: 1, streamArn,
  },
});

test('a record that fails behind five good ones is delivered five times, and its failure counts four', async () => {
  const scene = await world.scene('Reports', { batchSize: 3, batchingWindowSeconds: 1, maximumRetryAttempts: 3, reportBatchItemFailures: true }, { destination: 'SQS' });
  const ids = await scene.put([0, 1, 2, 3, 4, 5].map((index) => ({ key: `test_${index}`, data: `{"should_fail": ${index === 5}}` })));
  await scene.until(() => scene.failures().length > 0);
  const delivered = scene.deliveries.flatMap(({ event }) => event.Records.map(({ kinesis }) => ids.indexOf(kinesis.sequenceNumber) + 1));
  expect(delivered).toEqual([1, 2, 3, 4, 5, 6, 6, 6, 6, 6]);
  expect(scene.failures()).toEqual([
    failure('Reports', scene.streamArn, ids[5], 'RetryAttemptsExhausted', 4, { statusCode: 200, executedVersion: '$LATEST', functionError: null }),
  ]);
  expect(scene.deliveries[0]?.event).toEqual({
    Records: [0, 1, 2].map((index) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0', partitionKey: `test_${index}`, sequenceNumber: ids[index],
        data: 'eyJzaG91bGRfZmFpbCI6IGZhbHNlfQ==', approximateArrivalTimestamp: expect.any(Number),
      },
      eventSource: 'aws:kinesis', eventVersion: '1.0', eventID: `shardId-000000000000:${ids[index]}`, eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/millrace-ReportsRole', awsRegion: 'eu-west-1', eventSourceARN: scene.streamArn,
    })),
  });
});

test.each(SUCCESSES)('%s: a response of %s is full success', async (logicalId) => {
  const scene = await world.scene(logicalId, REPORTING);
  await scene.put([{ key: 'test', data: 'hello' }]);
  await scene.drained();
  expect(scene.batches()).toEqual([['hello']]);
});

test.each(FAILURES)('%s: a response of %s fails the batch, which is delivered three times', async (logicalId, _returns, functionError) => {
  const scene = await world.scene(logicalId, REPORTING, { destination: 'SQS' });
  const [id] = await scene.put([{ key: 'test', data: 'hello' }]);
  await scene.until(() => scene.failures().length > 0);
  expect(scene.batches()).toEqual([['hello'], ['hello'], ['hello']]);
  expect(scene.failures()).toEqual([
    failure(logicalId, scene.streamArn, id, 'RetryAttemptsExhausted', 3, { statusCode: 200, executedVersion: '$LATEST', functionError }),
  ]);
});

test('without ReportBatchItemFailures a thrown error with one retry reaches the queue after two invocations', async () => {
  const scene = await world.scene('Throws', { batchSize: 1, batchingWindowSeconds: 1, maximumRetryAttempts: 1 }, { destination: 'SQS' });
  const [id] = await scene.put([{ key: 'custom', data: '{"input":"hello"}' }]);
  await scene.until(() => scene.failures().length > 0);
  expect(scene.failures()).toEqual([
    failure('Throws', scene.streamArn, id, 'RetryAttemptsExhausted', 2, { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' }),
  ]);
});

test('a record that always fails is delivered eight times in the 60 seconds of its age', async () => {
  const scene = await world.scene('Throws', { batchSize: 1, batchingWindowSeconds: 1, maximumRecordAgeSeconds: 60 }, { destination: 'SQS' });
  const [id] = await scene.put([{ key: 'test', data: 'stream-data' }]);
  await scene.until(() => scene.failures().length > 0);
  expect(scene.failures()).toEqual([failure('Throws', scene.streamArn, id, 'RecordAgeExceeded', 8)]);
});
