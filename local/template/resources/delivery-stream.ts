import type { DeliveryStream } from '../deployment.ts';
import type { Properties } from '../properties.ts';
import type { ReadResource, ResourceContext } from './context.ts';

/** Firehose's own values for what a template leaves out. */
const DEFAULT_BUFFER_MB = 5;
const DEFAULT_BUFFER_SECONDS = 300;
const DEFAULT_TRANSFORM_BUFFER_MB = 1;
const DEFAULT_TRANSFORM_BUFFER_SECONDS = 60;
const DEFAULT_RETRIES = 3;

const NAMESPACES = ['timestamp', 'firehose'];

/** AWS::KinesisFirehose::DeliveryStream from a stream into S3, with a Lambda transform or without. */
export const readDeliveryStream: ReadResource = (context) => {
  const { logicalId, names, properties, deployment, find } = context;
  // Left out it is DirectPut.
  const type = properties.optionalText('DeliveryStreamType') ?? 'DirectPut';
  if (type !== 'KinesisStreamAsSource') properties.problem('DeliveryStreamType', `expected KinesisStreamAsSource, got "${type}"; the local Firehose reads a stream and takes no puts`);
  const source = properties.map('KinesisStreamSourceConfiguration');
  const sourceStreamArn = source?.text('KinesisStreamARN');
  source?.withoutEffect('RoleARN');
  source?.end();
  if (source === undefined) properties.problem('KinesisStreamSourceConfiguration', 'is required with DeliveryStreamType KinesisStreamAsSource; write it');
  if (sourceStreamArn !== undefined && find('AWS::Kinesis::Stream', sourceStreamArn) === undefined) {
    source?.problem('KinesisStreamARN', `expected the arn of a stream in this template, got "${sourceStreamArn}"`);
  }
  properties.withoutEffect('DeliveryStreamEncryptionConfigurationInput', 'Tags');
  const destination = properties.map('ExtendedS3DestinationConfiguration');
  if (destination === undefined) {
    properties.problem('ExtendedS3DestinationConfiguration', 'is required and missing; the local Firehose delivers to S3 only');
    return;
  }
  deployment.deliveryStreams.push({ logicalId, name: names.name, arn: names.attributes.Arn ?? '', sourceStreamArn, ...readDestination(destination, context) });
};

function readDestination(destination: Properties, context: ResourceContext): Omit<DeliveryStream, 'logicalId' | 'name' | 'arn' | 'sourceStreamArn'> {
  const bucketArn = destination.text('BucketARN');
  if (context.find('AWS::S3::Bucket', bucketArn) === undefined) destination.problem('BucketARN', `expected the arn of a bucket in this template, got "${bucketArn}"`);
  const hints = destination.map('BufferingHints');
  const bufferSizeMb = hints?.number('SizeInMBs', DEFAULT_BUFFER_MB, { min: 1, max: 128 }) ?? DEFAULT_BUFFER_MB;
  const bufferIntervalSeconds = hints?.number('IntervalInSeconds', DEFAULT_BUFFER_SECONDS, { min: 0, max: 900 }) ?? DEFAULT_BUFFER_SECONDS;
  hints?.end();
  const prefix = destination.optionalText('Prefix') ?? '';
  const errorOutputPrefix = destination.optionalText('ErrorOutputPrefix') ?? '';
  checkPrefixes(prefix, errorOutputPrefix, destination);
  destination.oneOf('S3BackupMode', ['Disabled'], 'Disabled');
  destination.withoutEffect('CloudWatchLoggingOptions', 'EncryptionConfiguration', 'RoleARN');
  const read = {
    bucketArn,
    prefix,
    errorOutputPrefix,
    bufferSizeMb,
    bufferIntervalSeconds,
    compression: destination.oneOf('CompressionFormat', ['UNCOMPRESSED', 'GZIP'], 'UNCOMPRESSED'),
    customTimeZone: destination.optionalText('CustomTimeZone') ?? 'UTC',
    fileExtension: destination.optionalText('FileExtension'),
    transform: readTransform(destination.map('ProcessingConfiguration'), context),
  };
  destination.end();
  return read;
}

/** AWS refuses a delivery stream whose failures would lie among its events. */
function checkPrefixes(prefix: string, errorOutputPrefix: string, destination: Properties): void {
  if (/!\{/.test(prefix) && errorOutputPrefix === '') destination.problem('ErrorOutputPrefix', 'is required when Prefix has expressions; write one');
  if (/!\{/.test(errorOutputPrefix) && !errorOutputPrefix.includes('!{firehose:error-output-type}')) {
    destination.problem('ErrorOutputPrefix', 'must have !{firehose:error-output-type} when it has expressions; add it');
  }
  if (prefix.includes('!{firehose:error-output-type}')) destination.problem('Prefix', 'must not have !{firehose:error-output-type}; remove it');
  for (const [key, value] of Object.entries({ Prefix: prefix, ErrorOutputPrefix: errorOutputPrefix })) {
    for (const [expression, namespace = ''] of value.matchAll(/!\{([^:}]*)[^}]*\}/g)) {
      if (!NAMESPACES.includes(namespace)) destination.problem(key, `expected an expression of ${NAMESPACES.join(' or ')}, got ${expression}; the local Firehose has no dynamic partitioning`);
    }
  }
}

function readTransform(processing: Properties | undefined, { find }: ResourceContext): DeliveryStream['transform'] {
  if (processing === undefined) return undefined;
  const enabled = processing.flag('Enabled', false);
  const processors = processing.maps('Processors');
  processing.end();
  if (processors.length > 1) processing.problem('Processors', `expected one processor, of type Lambda, got ${processors.length}`);
  const [processor] = processors;
  if (!enabled || processor === undefined) return undefined;
  processor.oneOf('Type', ['Lambda']);
  const values = new Map(processor.maps('Parameters').map((parameter) => {
    const pair = [parameter.text('ParameterName'), parameter.text('ParameterValue')] as const;
    parameter.end();
    return pair;
  }));
  processor.end();
  const number = (name: string, fallback: number, min: number, max: number) => {
    const value = Number(values.get(name) ?? fallback);
    if (!(value >= min && value <= max)) processor.problem('Parameters', `expected ${name} of ${min} to ${max}, got "${values.get(name)}"`);
    return value;
  };
  for (const name of values.keys()) {
    if (!['LambdaArn', 'RoleArn', 'NumberOfRetries', 'BufferSizeInMBs', 'BufferIntervalInSeconds'].includes(name)) processor.problem('Parameters', `the local Firehose does not know the parameter ${name}; remove it`);
  }
  const functionArn = values.get('LambdaArn') ?? '';
  if (find('AWS::Serverless::Function', functionArn) === undefined) processor.problem('Parameters', `expected LambdaArn to be a function of this template, got "${functionArn}"`);
  return {
    functionArn,
    numberOfRetries: number('NumberOfRetries', DEFAULT_RETRIES, 0, 300),
    bufferSizeMb: number('BufferSizeInMBs', DEFAULT_TRANSFORM_BUFFER_MB, 0.2, 3),
    bufferIntervalSeconds: number('BufferIntervalInSeconds', DEFAULT_TRANSFORM_BUFFER_SECONDS, 0, 900),
  };
}
