import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../local/clock.ts';
import { noFaults } from '../../local/faults.ts';
import { startStorage } from '../../local/services/storage/start-storage.ts';
import { loadTemplate } from '../../local/template/load-template.ts';
import { loadText } from '../support/template-file.ts';

const FILE = new URL('../../template.yaml', import.meta.url).pathname;

describe('the project template', () => {
  test('is what the local cloud runs', () => {
    const deployment = loadTemplate({ file: FILE, endpoints: { sqs: 'http://127.0.0.1:9324', httpApi: 'http://127.0.0.1:3000' } });
    expect(deployment.functions.map(({ logicalId, handler, layerDirs }) => [logicalId, handler, layerDirs.length])).toEqual([
      ['IngestEventsFunction', 'handler.handler', 0],
      ['ScoreEventsFunction', 'handler.handler', 0],
      ['TransformRecordsFunction', 'handler.handler', 1],
    ]);
    expect(deployment.httpApis[0]?.routes).toEqual([{ routeKey: 'POST /events', functionLogicalId: 'IngestEventsFunction', timeoutMs: 11_000 }]);
    expect(deployment.streams[0]).toMatchObject({ name: 'millrace-EventStream', mode: 'PROVISIONED', shardCount: 1, retentionHours: 24 });
    expect(deployment.kinesisMappings).toMatchObject([
      {
        logicalId: 'ScoreEventsFunctionStream', sourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/millrace-EventStream',
        batchSize: 500, batchingWindowSeconds: 1, parallelizationFactor: 1, bisectBatchOnFunctionError: true, reportBatchItemFailures: true,
        maximumRetryAttempts: -1, maximumRecordAgeSeconds: 21_600, onFailure: { arn: 'arn:aws:s3:::millrace-failuresbucket' },
      },
    ]);
    expect(deployment.deliveryStreams[0]).toMatchObject({
      compression: 'GZIP', bufferSizeMb: 64, bufferIntervalSeconds: 60, customTimeZone: 'UTC',
      prefix: 'events/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/',
      transform: { functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:millrace-TransformRecordsFunction', numberOfRetries: 3 },
    });
    expect(deployment.tables.map(({ name, ttlAttribute }) => [name, ttlAttribute])).toEqual([['millrace-VisitorTable', 'expires_at'], ['millrace-IdempotencyTable', 'expiration']]);
    expect(deployment.outputs.EventsUrl).toBe('http://127.0.0.1:3000/events');
    expect(deployment.outputs.AlertQueueUrl).toBe('http://127.0.0.1:9324/000000000000/millrace-AlertQueue');
  });

  test('has an on-demand stream without shards by parameter', () => {
    const { streams } = loadTemplate({ file: FILE, parameters: { StreamMode: 'ON_DEMAND' } });
    expect(streams[0]).toMatchObject({ mode: 'ON_DEMAND', shardCount: undefined });
  });

  test('takes its settings from its parameters', () => {
    const deployment = loadTemplate({
      file: FILE, stackName: 'shop', region: 'eu-central-1', accountId: '123456789012',
      parameters: { ShardCount: '3', RetentionHours: '48', ScoreParallelizationFactor: '4', LakeBufferIntervalSeconds: '5', AllowedOrigins: 'https://a.example,https://b.example' },
    });
    expect(deployment.streams[0]).toMatchObject({ arn: 'arn:aws:kinesis:eu-central-1:123456789012:stream/shop-EventStream', shardCount: 3, retentionHours: 48 });
    expect(deployment.kinesisMappings[0]?.parallelizationFactor).toBe(4);
    expect(deployment.deliveryStreams[0]?.bufferIntervalSeconds).toBe(5);
    expect(deployment.httpApis[0]?.cors?.allowOrigins).toEqual(['https://a.example', 'https://b.example']);
  });

  const refused: [string, string][] = [
    ['Environment', 'Production'], ['WriteKeys', 'shop:abc'], ['AllowedOrigins', 'shop.example'], ['RetentionHours', '23'], ['RetentionHours', '8761'],
    ['ShardCount', '0'], ['ScoreBatchSize', '10001'], ['ScoreBatchingWindowSeconds', '301'], ['ScoreParallelizationFactor', '11'],
    ['ScoreMaximumRetryAttempts', '-2'], ['ScoreMaximumRecordAgeSeconds', '59'], ['LakeBufferSizeMb', '129'], ['LakeBufferIntervalSeconds', '901'], ['LogRetentionDays', '2'],
  ];
  test.each(refused)('refuses %s of "%s"', (name, value) => {
    expect(() => loadTemplate({ file: FILE, parameters: { [name]: value } })).toThrow(`Parameters.${name} (line`);
  });

  test('takes several write keys', () => {
    const digest = 'a'.repeat(64);
    const { functions } = loadTemplate({ file: FILE, parameters: { WriteKeys: `shop:${digest},other_shop:${digest}` } });
    expect(functions[0]?.environment.WRITE_KEYS).toBe(`shop:${digest},other_shop:${digest}`);
  });
});

describe("what a template leaves out has AWS's value", () => {
  const SOURCES = `
Resources:
  S: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }
  Q: { Type: AWS::SQS::Queue }
  B: { Type: AWS::S3::Bucket }
  D:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      DeliveryStreamType: KinesisStreamAsSource
      KinesisStreamSourceConfiguration: { KinesisStreamARN: !GetAtt S.Arn }
      ExtendedS3DestinationConfiguration: { BucketARN: !GetAtt B.Arn }
  F:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [a.ts] } }
    Properties:
      Runtime: nodejs24.x
      Handler: a.handler
      CodeUri: .
      Events:
        Stream: { Type: Kinesis, Properties: { Stream: !GetAtt S.Arn, StartingPosition: LATEST } }
        Queue: { Type: SQS, Properties: { Queue: !GetAtt Q.Arn } }
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !GetAtt F.Arn
      EventSourceArn: !GetAtt Q.Arn
      ScalingConfig: { MaximumConcurrency: 2 }
`;

  test('for mappings, functions and delivery streams', () => {
    const deployment = loadText(SOURCES);
    expect(deployment.kinesisMappings[0]).toMatchObject({
      logicalId: 'FStream', batchSize: 100, batchingWindowSeconds: 0, parallelizationFactor: 1, maximumRetryAttempts: -1,
      maximumRecordAgeSeconds: -1, bisectBatchOnFunctionError: false, reportBatchItemFailures: false, tumblingWindowSeconds: 0, enabled: true, onFailure: undefined,
    });
    expect(deployment.sqsMappings).toMatchObject([
      { logicalId: 'FQueue', batchSize: 10, batchingWindowSeconds: 0, maximumConcurrency: undefined, reportBatchItemFailures: false },
      { logicalId: 'M', functionLogicalId: 'F', maximumConcurrency: 2 },
    ]);
    expect(deployment.functions[0]).toMatchObject({ timeoutSeconds: 3, memoryMb: 128, logGroupName: '/aws/lambda/millrace-F' });
    expect(deployment.deliveryStreams[0]).toMatchObject({ compression: 'UNCOMPRESSED', bufferSizeMb: 5, bufferIntervalSeconds: 300, transform: undefined });
    expect(deployment.streams[0]).toMatchObject({ mode: 'PROVISIONED', retentionHours: 24, shardLevelMetrics: [] });
  });

  test('the UUID of a mapping is the same at every start', () => {
    expect(loadText(SOURCES).sqsMappings[1]?.uuid).toBe(loadText(SOURCES).sqsMappings[1]?.uuid);
    expect(loadText(SOURCES).sqsMappings[1]?.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('a FIFO queue', () => {
  const QUEUES = `
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      ContentBasedDeduplication: true
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 }
  Dead: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  Plain: { Type: AWS::SQS::Queue, Properties: { FifoQueue: false } }
`;

  test('has a name that ends with .fifo, and is made as one', () => {
    const { queues } = loadText(QUEUES);
    const dead = 'arn:aws:sqs:us-east-1:000000000000:millrace-Dead.fifo';
    expect(queues).toMatchObject([
      {
        name: 'millrace-Orders.fifo', fifo: true, url: 'http://127.0.0.1/000000000000/millrace-Orders.fifo',
        attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 2 }) },
      },
      { name: 'millrace-Dead.fifo', arn: dead, fifo: true, attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'false' } },
      { name: 'millrace-Plain', fifo: false, attributes: {} },
    ]);
  });

  test('keeps the order of a group and drops repeats in the local SQS', async () => {
    const storage = await startStorage({ port: 0, dataDir: undefined, clock: systemClock, faults: noFaults, buckets: [], queues: loadText(QUEUES).queues });
    const sqs = new SQSClient({ endpoint: storage.url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
    const receive = async (QueueUrl: string) => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0];
    try {
      const QueueUrl = storage.queueUrl('millrace-Orders.fifo');
      for (const MessageBody of ['first', 'second', 'first']) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'one' }));
      const received: (string | undefined)[] = [];
      for (let message = await receive(QueueUrl); message; message = await receive(QueueUrl)) {
        received.push(message.Body);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      }
      expect(received).toEqual(['first', 'second']);
    } finally {
      sqs.destroy();
      await storage.stop();
    }
  });
});
