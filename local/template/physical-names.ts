import { createHash } from 'node:crypto';

/** Where the stack stands, as the pseudo parameters tell it. */
export interface StackPlace {
  stackName: string;
  region: string;
  accountId: string;
  /** Base of queue urls, e.g. `http://127.0.0.1:9324`. */
  sqsUrl: string;
  /** Base of the HTTP API's own url. */
  httpApiUrl: string;
}

/** What `Ref` gives for a resource, and what `Fn::GetAtt` gives by attribute name. */
export interface ResourceNames {
  /** The physical name: `Ref`'s value, but for queues, layers and consumers, whose `Ref` is an address. */
  name: string;
  ref: string;
  attributes: Record<string, string>;
}

/** `fifo` is for queues: the name of a FIFO queue ends with .fifo. */
type NamesOf = (place: StackPlace, logicalId: string, fifo: boolean) => ResourceNames;

/** What the name of a FIFO queue ends with, as SQS requires. */
export const FIFO_SUFFIX = '.fifo';

const FUNCTION: NamesOf = (place, logicalId) => byName(place, logicalId, (name) => `lambda:${place.region}:${place.accountId}:function:${name}`);

/** How each resource type is named here; a type without an entry is not supported. */
const NAMES: Record<string, NamesOf> = {
  'AWS::Serverless::Function': FUNCTION,
  'AWS::Lambda::Function': FUNCTION,
  'AWS::Serverless::HttpApi': (place, logicalId) => {
    const name = physicalName(place, logicalId);
    return { name, ref: name, attributes: { ApiId: name, ApiEndpoint: place.httpApiUrl } };
  },
  'AWS::Kinesis::Stream': (place, logicalId) => byName(place, logicalId, (name) => `kinesis:${place.region}:${place.accountId}:stream/${name}`),
  'AWS::KinesisFirehose::DeliveryStream': (place, logicalId) =>
    byName(place, logicalId, (name) => `firehose:${place.region}:${place.accountId}:deliverystream/${name}`),
  'AWS::DynamoDB::Table': (place, logicalId) => byName(place, logicalId, (name) => `dynamodb:${place.region}:${place.accountId}:table/${name}`),
  'AWS::IAM::Role': (place, logicalId) => byName(place, logicalId, (name) => `iam::${place.accountId}:role/${name}`),
  'AWS::Logs::LogGroup': (place, logicalId) => byName(place, logicalId, (name) => `logs:${place.region}:${place.accountId}:log-group:${name}:*`),
  'AWS::CloudWatch::Alarm': (place, logicalId) => byName(place, logicalId, (name) => `cloudwatch:${place.region}:${place.accountId}:alarm:${name}`),
  'AWS::S3::Bucket': (place, logicalId) => {
    // Bucket names are lower-case everywhere.
    const name = physicalName(place, logicalId).toLowerCase();
    const domain = `${name}.s3.amazonaws.com`;
    return { name, ref: name, attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: domain, RegionalDomainName: `${name}.s3.${place.region}.amazonaws.com` } };
  },
  'AWS::SQS::Queue': (place, logicalId, fifo) => {
    const name = `${physicalName(place, logicalId)}${fifo ? FIFO_SUFFIX : ''}`;
    const url = `${place.sqsUrl}/${place.accountId}/${name}`;
    return { name, ref: url, attributes: { Arn: `arn:aws:sqs:${place.region}:${place.accountId}:${name}`, QueueName: name, QueueUrl: url } };
  },
  'AWS::Kinesis::StreamConsumer': (place, logicalId) => {
    const name = physicalName(place, logicalId);
    return { name, ref: name, attributes: { ConsumerName: name } };
  },
  'AWS::Serverless::LayerVersion': (place, logicalId) => {
    const name = physicalName(place, logicalId);
    return { name, ref: `arn:aws:lambda:${place.region}:${place.accountId}:layer:${name}:1`, attributes: {} };
  },
  'AWS::Lambda::EventSourceMapping': (place, logicalId) => {
    const uuid = mappingUuid(place.stackName, logicalId);
    return { name: uuid, ref: uuid, attributes: { Id: uuid } };
  },
  'AWS::Logs::LogStream': plain,
  'AWS::S3::BucketPolicy': plain,
  'AWS::SQS::QueuePolicy': plain,
  'Custom::ShardCount': plain,
};

/** Types of resources that this local cloud knows. */
export const SUPPORTED_TYPES = Object.keys(NAMES);

/**
 * The names of one resource: `<stackName>-<LogicalId>`, with .fifo behind a FIFO queue's, and arns as AWS writes them;
 * undefined for an unknown type.
 */
export function resourceNames(type: string, place: StackPlace, logicalId: string, fifo = false): ResourceNames | undefined {
  return Object.hasOwn(NAMES, type) ? NAMES[type]?.(place, logicalId, fifo) : undefined;
}

/** The UUID of an event source mapping, the same at every start, as failure destinations have it in their keys. */
export function mappingUuid(stackName: string, logicalId: string): string {
  const hex = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

function byName(place: StackPlace, logicalId: string, arnAfterPartition: (name: string) => string): ResourceNames {
  const name = physicalName(place, logicalId);
  return { name, ref: name, attributes: { Arn: `arn:aws:${arnAfterPartition(name)}` } };
}

function plain(place: StackPlace, logicalId: string): ResourceNames {
  const name = physicalName(place, logicalId);
  return { name, ref: name, attributes: {} };
}

function physicalName({ stackName }: StackPlace, logicalId: string): string {
  return `${stackName}-${logicalId}`;
}
