import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { alertQueue } from '../../core/aws/alert-queue.ts';
import { CallDeadline } from '../../core/aws/deadline.ts';
import { failuresBucket } from '../../core/aws/failures-bucket.ts';
import { OrderedKinesisProcessor } from '../../core/aws/ordered-kinesis-processor.ts';
import { scoringMetrics } from '../../core/aws/scoring-metrics.ts';
import { visitorTable } from '../../core/aws/visitor-table.ts';
import { readConfig, text, url } from '../../core/config.ts';
import { run } from './run.ts';

const config = readConfig({ VISITOR_TABLE_NAME: text, IDEMPOTENCY_TABLE_NAME: text, FAILURES_BUCKET_NAME: text, ALERT_QUEUE_URL: url }, process.env);
const log = new Logger();
const clock = { now: () => Date.now(), sleep: async (ms: number) => sleep(ms) };
// Without throwOnRequestTimeout the SDK only warns, and waits on. A third attempt is cheaper than the batch once more.
const settings = (requestTimeout: number) => ({ maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true } });
const dynamodb = new DynamoDBClient(settings(2_000));
const sqs = new SQSClient(settings(2_000));
// An object may hold all user records of an aggregated record.
const s3 = new S3Client(settings(10_000));
const deadline = new CallDeadline([dynamodb, sqs, s3]);
const alerts = alertQueue({ sqs, queueUrl: config.ALERT_QUEUE_URL, dynamodb, idempotencyTableName: config.IDEMPOTENCY_TABLE_NAME });
const visitors = visitorTable({ client: DynamoDBDocumentClient.from(dynamodb), tableName: config.VISITOR_TABLE_NAME, clock, random: Math.random });
const metrics = scoringMetrics(new Metrics());

export const handler = async (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> => {
  log.addContext(context);
  deadline.begin(context.getRemainingTimeInMillis());
  alerts.beginInvocation(context);
  const failures = failuresBucket({ client: s3, bucketName: config.FAILURES_BUCKET_NAME, functionName: 'score-events', functionVersion: context.functionVersion, clock });
  const processor = new OrderedKinesisProcessor();
  return run({ processor, visitors, failures, alerts, metrics, log }, event.Records, () => context.getRemainingTimeInMillis());
};
