import { toJson } from '../node.ts';
import { FIFO_SUFFIX } from '../physical-names.ts';
import type { Properties } from '../properties.ts';
import type { ReadResource } from './context.ts';

/** AWS::S3::Bucket. Who may reach it and how long it keeps things has no effect on a laptop. */
export const readBucket: ReadResource = ({ logicalId, names, properties, deployment }) => {
  properties.withoutEffect(
    'BucketEncryption', 'LifecycleConfiguration', 'OwnershipControls', 'PublicAccessBlockConfiguration',
    'VersioningConfiguration', 'Tags',
  );
  const longestName = 63;
  if (names.name.length > longestName) properties.problem('BucketName', `the name ${names.name} would have ${names.name.length} characters, and S3 takes ${longestName}; shorten the stack's name or the logical id`);
  deployment.buckets.push({ logicalId, name: names.name, arn: names.attributes.Arn ?? '' });
};

/** CloudFormation's queue properties that CreateQueue takes under the same name, each with the limits of SQS. */
const QUEUE_ATTRIBUTES: Record<string, { min: number; max: number }> = {
  DelaySeconds: { min: 0, max: 900 },
  MaximumMessageSize: { min: 1024, max: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20 },
  VisibilityTimeout: { min: 0, max: 43_200 },
};

/** AWS::SQS::Queue. Encryption and who may redrive into it have no effect on a laptop. */
export const readQueue: ReadResource = ({ logicalId, names, properties, deployment, find }) => {
  const attributes: Record<string, string> = {};
  for (const [key, limits] of Object.entries(QUEUE_ATTRIBUTES)) {
    const value = properties.optionalNumber(key, limits);
    if (value !== undefined) attributes[key] = String(value);
  }
  const fifo = readFifo(properties, names.name, attributes);
  const redrive = properties.map('RedrivePolicy');
  if (redrive !== undefined) {
    const deadLetterTargetArn = redrive.text('deadLetterTargetArn');
    if (find('AWS::SQS::Queue', deadLetterTargetArn) === undefined) redrive.problem('deadLetterTargetArn', `expected the arn of a queue in this template, got "${deadLetterTargetArn}"`);
    else if (deadLetterTargetArn.endsWith(FIFO_SUFFIX) !== fifo) redrive.problem('deadLetterTargetArn', `expected a ${fifo ? 'FIFO' : 'standard'} queue, as this one is, got "${deadLetterTargetArn}"`);
    const maxReceiveCount = redrive.number('maxReceiveCount', 10, { min: 1, max: 1000 });
    redrive.end();
    attributes.RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  }
  properties.withoutEffect('KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'RedriveAllowPolicy', 'SqsManagedSseEnabled', 'Tags');
  deployment.queues.push({ logicalId, name: names.name, arn: names.attributes.Arn ?? '', url: names.ref, fifo, attributes });
};

/** Adds what makes a FIFO queue to the attributes; with the values of SQS for what is left out. */
function readFifo(properties: Properties, name: string, attributes: Record<string, string>): boolean {
  const fifo = properties.flag('FifoQueue', false);
  // The name is made before values are resolved.
  if (fifo !== name.endsWith(FIFO_SUFFIX)) properties.problem('FifoQueue', 'expected true or false as it stands, since the name of the queue follows from it, got an intrinsic function; write the value');
  const deduplicates = properties.flag('ContentBasedDeduplication', false);
  if (!fifo && properties.has('ContentBasedDeduplication')) properties.problem('ContentBasedDeduplication', 'stands with FifoQueue true and only there; correct one of them');
  if (fifo) Object.assign(attributes, { FifoQueue: 'true', ContentBasedDeduplication: String(deduplicates) });
  return fifo;
}

/** Properties of AWS::DynamoDB::Table that CreateTable takes as they are. */
const CREATE_TABLE = ['AttributeDefinitions', 'KeySchema', 'BillingMode', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes', 'ProvisionedThroughput'];

/** AWS::DynamoDB::Table. Backups and encryption have no effect on a laptop. */
export const readTable: ReadResource = ({ logicalId, names, properties, deployment }) => {
  const create: Record<string, unknown> = { TableName: names.name };
  for (const key of CREATE_TABLE) {
    const node = properties.node(key);
    if (node !== undefined) create[key] = toJson(node);
  }
  for (const key of ['AttributeDefinitions', 'KeySchema']) {
    if (!Array.isArray(create[key])) properties.problem(key, 'is required and must be a list; write it');
  }
  properties.withoutEffect('DeletionProtectionEnabled', 'PointInTimeRecoverySpecification', 'SSESpecification', 'TableClass', 'Tags');
  deployment.tables.push({ logicalId, name: names.name, arn: names.attributes.Arn ?? '', create, ttlAttribute: timeToLive(properties.map('TimeToLiveSpecification')) });
};

function timeToLive(specification: Properties | undefined): string | undefined {
  if (specification === undefined) return undefined;
  const attribute = specification.text('AttributeName');
  const enabled = specification.flag('Enabled', true);
  specification.end();
  return enabled ? attribute : undefined;
}
