/**
 * What the local cloud runs: every resource of the template, its intrinsics resolved and its defaults filled in,
 * in CloudFormation's names turned to camel case. Seconds, hours, mebibytes and so on are in the property's name.
 */
export interface Deployment {
  stackName: string;
  region: string;
  accountId: string;
  parameters: Record<string, string>;
  functions: LambdaFunction[];
  httpApis: HttpApi[];
  streams: Stream[];
  streamConsumers: StreamConsumer[];
  kinesisMappings: KinesisMapping[];
  sqsMappings: SqsMapping[];
  deliveryStreams: DeliveryStream[];
  buckets: Bucket[];
  queues: Queue[];
  tables: Table[];
  outputs: Record<string, string>;
}

interface Named {
  logicalId: string;
  /** The physical name, as `Ref` gives it. */
  name: string;
  arn: string;
}

export interface LambdaFunction extends Named {
  runtime: string;
  /** Absolute folder of the code, from CodeUri. */
  codeDir: string;
  /** `file.export`, as in Lambda. */
  handler: string;
  /** esbuild's settings from `Metadata.BuildProperties`, in SAM's names. */
  build: Record<string, unknown>;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMb: number;
  reservedConcurrency: number | undefined;
  /** Absolute folders that are laid over each other as /opt, in order. */
  layerDirs: string[];
  roleArn: string;
  logGroupName: string;
}

export interface HttpApi extends Named {
  stageName: string;
  cors: { allowOrigins: string[]; allowMethods: string[]; allowHeaders: string[]; exposeHeaders: string[]; maxAgeSeconds: number | undefined; allowCredentials: boolean } | undefined;
  throttling: { rateLimit: number; burstLimit: number } | undefined;
  routes: HttpRoute[];
}

export interface HttpRoute {
  /** `POST /events`, `ANY /{proxy+}` or `$default`, as in a route key. */
  routeKey: string;
  functionLogicalId: string;
  timeoutMs: number;
}

export interface Stream extends Named {
  mode: 'PROVISIONED' | 'ON_DEMAND';
  shardCount: number | undefined;
  retentionHours: number;
  encryptionKeyId: string | undefined;
  shardLevelMetrics: string[];
}

export interface StreamConsumer extends Named {
  streamArn: string;
}

/** Where a mapping sends what it gave up: the arn of a queue or a bucket of the template. */
export interface FailureDestination {
  arn: string;
}

export interface KinesisMapping {
  logicalId: string;
  uuid: string;
  functionLogicalId: string;
  /** A stream's arn, or a registered consumer's for enhanced fan-out. */
  sourceArn: string;
  enabled: boolean;
  startingPosition: 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';
  startingPositionTimestampMs: number | undefined;
  batchSize: number;
  batchingWindowSeconds: number;
  parallelizationFactor: number;
  /** -1: without end. */
  maximumRetryAttempts: number;
  /** -1: without end. */
  maximumRecordAgeSeconds: number;
  bisectBatchOnFunctionError: boolean;
  reportBatchItemFailures: boolean;
  tumblingWindowSeconds: number;
  /** Each the JSON text of a pattern; a record passes when one matches. Empty: all pass. */
  filterPatterns: string[];
  onFailure: FailureDestination | undefined;
}

export interface SqsMapping {
  logicalId: string;
  uuid: string;
  functionLogicalId: string;
  queueArn: string;
  enabled: boolean;
  batchSize: number;
  batchingWindowSeconds: number;
  maximumConcurrency: number | undefined;
  reportBatchItemFailures: boolean;
  filterPatterns: string[];
}

export interface DeliveryStream extends Named {
  /** Set by every template that loads; the local Firehose takes no direct puts. */
  sourceStreamArn: string | undefined;
  bucketArn: string;
  prefix: string;
  errorOutputPrefix: string;
  bufferSizeMb: number;
  bufferIntervalSeconds: number;
  compression: 'UNCOMPRESSED' | 'GZIP';
  customTimeZone: string;
  fileExtension: string | undefined;
  transform:
    | { functionArn: string; numberOfRetries: number; bufferSizeMb: number; bufferIntervalSeconds: number }
    | undefined;
}

export interface Bucket extends Named {}

export interface Queue extends Named {
  url: string;
  fifo: boolean;
  /** Attributes as CreateQueue takes them. */
  attributes: Record<string, string>;
}

export interface Table extends Named {
  /** Input of CreateTable, TableName included. */
  create: Record<string, unknown>;
  ttlAttribute: string | undefined;
}
