import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';

const connections: net.Socket[] = [];
let hanging: net.Server;
let handler: typeof import('./handler.ts').handler;

/** A service that takes every connection and every request, and never answers. */
beforeAll(async () => {
  hanging = net.createServer((socket) => void connections.push(socket.on('error', () => undefined).resume()));
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: url, AWS_ENDPOINT_URL_S3: url, AWS_ENDPOINT_URL_SQS: url,
    VISITOR_TABLE_NAME: 'visitors', IDEMPOTENCY_TABLE_NAME: 'idempotency', FAILURES_BUCKET_NAME: 'failures', ALERT_QUEUE_URL: `${url}/alerts`,
    POWERTOOLS_METRICS_NAMESPACE: 'Millrace', POWERTOOLS_SERVICE_NAME: 'score-events', POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  ({ handler } = await import('./handler.ts'));
});

afterAll(() => {
  for (const socket of connections) socket.destroy();
  hanging.close();
});

function record(sequenceNumber: string, data: string): KinesisStreamRecord {
  return { eventID: `shardId-000000000000:${sequenceNumber}`, kinesis: { sequenceNumber, partitionKey: 'u', approximateArrivalTimestamp: 1_769_860_801, data: Buffer.from(data).toString('base64') } } as KinesisStreamRecord;
}

const VIEW = JSON.stringify({ event_id: 'e', app_id: 'a', event_type: 'page_view', event_time: '2026-01-31T12:00:00.000Z', received_at: '2026-01-31T12:00:00.000Z', user_id: 'u', schema_version: 1, source: 'test' });

it.each([
  { service: 'DynamoDB', data: VIEW },
  { service: 'S3', data: 'not JSON' },
])('answers before its time-out, with the record to be delivered again, while $service hangs', async ({ data }) => {
  // Enough to begin, and less than two attempts take.
  const timeOutAtMs = Date.now() + 3_300;
  const getRemainingTimeInMillis = () => timeOutAtMs - Date.now();
  const before = connections.length;

  const answer = await handler({ Records: [record('7', data), record('8', data)] } as KinesisStreamEvent, { getRemainingTimeInMillis, functionVersion: '7' } as Context);

  expect(connections.length).toBeGreaterThan(before);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '7' }] });
  expect(getRemainingTimeInMillis()).toBeGreaterThan(0);
});
