import type { ReadResource } from './context.ts';

const METRICS = [
  'IncomingBytes', 'IncomingRecords', 'IteratorAgeMilliseconds', 'OutgoingBytes', 'OutgoingRecords',
  'ReadProvisionedThroughputExceeded', 'WriteProvisionedThroughputExceeded',
];

/** AWS::Kinesis::Stream, with its demand that ShardCount stands with PROVISIONED and only there. */
export const readStream: ReadResource = ({ logicalId, names, properties, deployment }) => {
  const modeDetails = properties.map('StreamModeDetails');
  const mode = modeDetails?.oneOf('StreamMode', ['PROVISIONED', 'ON_DEMAND']) ?? 'PROVISIONED';
  modeDetails?.end();
  const shardCount = properties.optionalNumber('ShardCount', { min: 1, max: 100_000 });
  if (mode === 'PROVISIONED' && shardCount === undefined) properties.problem('ShardCount', 'is required when StreamMode is PROVISIONED; write it');
  if (mode === 'ON_DEMAND' && shardCount !== undefined) properties.problem('ShardCount', 'is refused by AWS when StreamMode is ON_DEMAND; remove it');
  const encryption = properties.map('StreamEncryption');
  encryption?.oneOf('EncryptionType', ['KMS']);
  const encryptionKeyId = encryption?.text('KeyId');
  encryption?.end();
  const metrics = properties.texts('DesiredShardLevelMetrics');
  for (const metric of metrics) {
    if (metric !== 'ALL' && !METRICS.includes(metric)) properties.problem('DesiredShardLevelMetrics', `expected ALL or ${METRICS.join(', ')}, got "${metric}"`);
  }
  properties.withoutEffect('Tags');
  deployment.streams.push({
    logicalId,
    name: names.name,
    arn: names.attributes.Arn ?? '',
    mode,
    shardCount,
    retentionHours: properties.number('RetentionPeriodHours', 24, { min: 24, max: 8760 }),
    encryptionKeyId,
    shardLevelMetrics: metrics.includes('ALL') ? METRICS : metrics,
  });
};

/** AWS::Kinesis::StreamConsumer: a registered reader with throughput of its own. */
export const readStreamConsumer: ReadResource = ({ logicalId, names, properties, deployment, find }) => {
  const streamArn = properties.text('StreamARN');
  if (find('AWS::Kinesis::Stream', streamArn) === undefined) properties.problem('StreamARN', `expected the arn of a stream in this template, got "${streamArn}"`);
  properties.withoutEffect('Tags');
  // The registered name is the physical one, so that two stacks do not share a consumer.
  properties.withoutEffect('ConsumerName');
  deployment.streamConsumers.push({ logicalId, name: names.name, arn: names.ref, streamArn });
};
