import type { FailureDestination, KinesisMapping, SqsMapping } from '../deployment.ts';
import { FIFO_SUFFIX } from '../physical-names.ts';
import type { Properties } from '../properties.ts';
import type { ReadResource, ResourceContext } from './context.ts';

/** Lambda's own values for what a mapping leaves out. */
const KINESIS_DEFAULT_BATCH_SIZE = 100;
const SQS_DEFAULT_BATCH_SIZE = 10;
const MAX_FILTERS = 5;
const WITHOUT_END = -1;

type KinesisSource = Pick<KinesisMapping, 'logicalId' | 'uuid' | 'functionLogicalId' | 'sourceArn'>;
type SqsSource = Pick<SqsMapping, 'logicalId' | 'uuid' | 'functionLogicalId' | 'queueArn'>;

/** A stream's mapping, from SAM's event or CloudFormation's resource: both use these names. */
export function readKinesisMapping(properties: Properties, source: KinesisSource, { deployment, find }: ResourceContext): void {
  if (find('AWS::Kinesis::Stream', source.sourceArn) === undefined && find('AWS::Kinesis::StreamConsumer', source.sourceArn) === undefined) {
    properties.problem('Stream', `expected the arn of a stream or a consumer in this template, got "${source.sourceArn}"`);
  }
  const startingPosition = properties.oneOf('StartingPosition', ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']);
  const timestampSeconds = properties.optionalNumber('StartingPositionTimestamp', { min: 0 });
  if (startingPosition === 'AT_TIMESTAMP' && timestampSeconds === undefined) properties.problem('StartingPositionTimestamp', 'is required with AT_TIMESTAMP; write seconds since 1970');
  const maximumRecordAgeSeconds = properties.number('MaximumRecordAgeInSeconds', WITHOUT_END, { min: WITHOUT_END, max: 604_800 });
  if (maximumRecordAgeSeconds > WITHOUT_END && maximumRecordAgeSeconds < 60) properties.problem('MaximumRecordAgeInSeconds', `expected -1 or 60 to 604800, got ${maximumRecordAgeSeconds}`);
  const parallelizationFactor = properties.number('ParallelizationFactor', 1, { min: 1, max: 10 });
  const tumblingWindowSeconds = properties.number('TumblingWindowInSeconds', 0, { min: 0, max: 900 });
  if (tumblingWindowSeconds > 0 && parallelizationFactor > 1) properties.problem('TumblingWindowInSeconds', 'needs ParallelizationFactor 1; remove one of them');
  deployment.kinesisMappings.push({
    ...source,
    enabled: properties.flag('Enabled', true),
    startingPosition,
    startingPositionTimestampMs: timestampSeconds === undefined ? undefined : timestampSeconds * 1000,
    batchSize: properties.number('BatchSize', KINESIS_DEFAULT_BATCH_SIZE, { min: 1, max: 10_000 }),
    batchingWindowSeconds: properties.number('MaximumBatchingWindowInSeconds', 0, { min: 0, max: 300 }),
    parallelizationFactor,
    maximumRetryAttempts: properties.number('MaximumRetryAttempts', WITHOUT_END, { min: WITHOUT_END, max: 10_000 }),
    maximumRecordAgeSeconds,
    bisectBatchOnFunctionError: properties.flag('BisectBatchOnFunctionError', false),
    reportBatchItemFailures: readResponseTypes(properties),
    tumblingWindowSeconds,
    filterPatterns: readFilters(properties),
    onFailure: readOnFailure(properties, find),
  });
}

/** A queue's mapping, from SAM's event or CloudFormation's resource. */
export function readSqsMapping(properties: Properties, source: SqsSource, { deployment, find }: ResourceContext): void {
  if (find('AWS::SQS::Queue', source.queueArn) === undefined) properties.problem('Queue', `expected the arn of a queue in this template, got "${source.queueArn}"`);
  const batchSize = properties.number('BatchSize', SQS_DEFAULT_BATCH_SIZE, { min: 1, max: 10_000 });
  const batchingWindowSeconds = properties.number('MaximumBatchingWindowInSeconds', 0, { min: 0, max: 300 });
  if (batchSize > SQS_DEFAULT_BATCH_SIZE && batchingWindowSeconds < 1) properties.problem('BatchSize', `above ${SQS_DEFAULT_BATCH_SIZE} AWS wants a MaximumBatchingWindowInSeconds of at least 1, got ${batchSize} with ${batchingWindowSeconds}`);
  if (source.queueArn.endsWith(FIFO_SUFFIX)) {
    if (batchSize > SQS_DEFAULT_BATCH_SIZE) properties.problem('BatchSize', `expected 1 to ${SQS_DEFAULT_BATCH_SIZE} for a FIFO queue, got ${batchSize}`);
    if (batchingWindowSeconds > 0) properties.problem('MaximumBatchingWindowInSeconds', `AWS knows no batching window for a FIFO queue, got ${batchingWindowSeconds}; remove it`);
  }
  const scaling = properties.map('ScalingConfig');
  const maximumConcurrency = scaling?.optionalNumber('MaximumConcurrency', { min: 2, max: 1000 });
  scaling?.end();
  deployment.sqsMappings.push({
    ...source,
    enabled: properties.flag('Enabled', true),
    batchSize,
    batchingWindowSeconds,
    maximumConcurrency,
    reportBatchItemFailures: readResponseTypes(properties),
    filterPatterns: readFilters(properties),
  });
}

/** AWS::Lambda::EventSourceMapping of a stream or a queue, told apart by the arn. */
export const readEventSourceMapping: ReadResource = (context) => {
  const { logicalId, names, properties, find } = context;
  const functionName = properties.text('FunctionName');
  const functionLogicalId = find('AWS::Serverless::Function', functionName);
  if (functionLogicalId === undefined) properties.problem('FunctionName', `expected a function of this template, got "${functionName}"`);
  const sourceArn = properties.text('EventSourceArn');
  const mapping = { logicalId, uuid: names.name, functionLogicalId: functionLogicalId ?? '' };
  properties.withoutEffect('Tags');
  if (sourceArn.startsWith('arn:aws:sqs:')) readSqsMapping(properties, { ...mapping, queueArn: sourceArn }, context);
  else readKinesisMapping(properties, { ...mapping, sourceArn }, context);
};

function readResponseTypes(properties: Properties): boolean {
  const types = properties.texts('FunctionResponseTypes');
  for (const type of types) {
    if (type !== 'ReportBatchItemFailures') properties.problem('FunctionResponseTypes', `expected ReportBatchItemFailures, got "${type}"`);
  }
  return types.length > 0;
}

function readFilters(properties: Properties): string[] {
  const criteria = properties.map('FilterCriteria');
  const patterns = criteria?.maps('Filters').map((filter) => {
    const pattern = filter.text('Pattern');
    filter.end();
    if (!isJsonObject(pattern)) filter.problem('Pattern', `expected the JSON text of an object, got "${pattern}"`);
    return pattern;
  });
  criteria?.end();
  if ((patterns?.length ?? 0) > MAX_FILTERS) criteria?.problem('Filters', `expected at most ${MAX_FILTERS}, got ${patterns?.length}`);
  return patterns ?? [];
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function readOnFailure(properties: Properties, find: ResourceContext['find']): FailureDestination | undefined {
  const config = properties.map('DestinationConfig');
  const onFailure = config?.map('OnFailure');
  config?.end();
  if (onFailure === undefined) return undefined;
  const arn = onFailure.text('Destination');
  // SAM grants its permissions by this; the arn says the same.
  if (onFailure.has('Type')) onFailure.oneOf('Type', ['S3', 'SQS']);
  if (find('AWS::SQS::Queue', arn) !== undefined && arn.endsWith(FIFO_SUFFIX)) onFailure.problem('Destination', `expected a bucket or a standard queue, got the FIFO queue "${arn}", which Lambda takes no failures to`);
  else if (find('AWS::S3::Bucket', arn) === undefined && find('AWS::SQS::Queue', arn) === undefined) {
    onFailure.problem('Destination', `expected the arn of a bucket or a queue in this template, got "${arn}"; the local cloud makes no topics`);
  }
  onFailure.end();
  return { arn };
}
