import type { ReadResource } from './context.ts';

/** Resources that change nothing on a laptop, by type, each with the properties it may have. */
const WITHOUT_EFFECT: Record<string, string[]> = {
  'AWS::CloudWatch::Alarm': [
    'ActionsEnabled', 'AlarmActions', 'AlarmDescription', 'ComparisonOperator', 'DatapointsToAlarm', 'Dimensions',
    'EvaluationPeriods', 'ExtendedStatistic', 'InsufficientDataActions', 'MetricName', 'Metrics', 'Namespace',
    'OKActions', 'Period', 'Statistic', 'Tags', 'Threshold', 'TreatMissingData', 'Unit',
  ],
  'AWS::IAM::Role': ['AssumeRolePolicyDocument', 'Description', 'ManagedPolicyArns', 'MaxSessionDuration', 'Path', 'PermissionsBoundary', 'Policies', 'Tags'],
  'AWS::Logs::LogGroup': ['KmsKeyId', 'LogGroupClass', 'RetentionInDays', 'Tags'],
  'AWS::Logs::LogStream': ['LogGroupName'],
  'AWS::S3::BucketPolicy': ['Bucket', 'PolicyDocument'],
  'AWS::SQS::QueuePolicy': ['PolicyDocument', 'Queues'],
  // Answers ShardCount, as it does on AWS while there is no stream yet; read by the loader.
  'Custom::ShardCount': ['ServiceTimeout', 'ServiceToken', 'ShardCount', 'StackName', 'StreamLogicalId', 'StreamProperties'],
};

/** Accepts a resource that has no effect here, with the properties known to have none. */
export const readWithoutEffect: ReadResource = ({ type, properties }) => {
  properties.withoutEffect(...(WITHOUT_EFFECT[type] ?? []));
};
