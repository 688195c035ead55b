import { AwsError } from '../../../aws-error.ts';

/** The refusals of Kinesis that several operations share, in AWS's words. */
export function streamNotFound(streamName: string, accountId: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Stream ${streamName} under account ${accountId} not found.`);
}

export function shardNotFound(shardId: string, streamName: string, accountId: string): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    `Could not find shard ${shardId} in stream ${streamName} under account ${accountId}.`,
  );
}

export function shardDoesNotExist(shardId: string, streamName: string, accountId: string): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    `Shard ${shardId} in stream ${streamName} under account ${accountId} does not exist`,
  );
}

export function notActive(streamName: string, accountId: string, status: string): AwsError {
  return new AwsError(
    'ResourceInUseException',
    `Stream ${streamName} under account ${accountId} not ACTIVE, instead in state ${status}`,
  );
}

export function shardRateExceeded(shardId: string, streamName: string, accountId: string): AwsError {
  return new AwsError('ProvisionedThroughputExceededException', shardRateMessage(shardId, streamName, accountId));
}

export function shardRateMessage(shardId: string, streamName: string, accountId: string): string {
  return `Rate exceeded for shard ${shardId} in stream ${streamName} under account ${accountId}.`;
}

export function invalidArgument(message: string): AwsError {
  return new AwsError('InvalidArgumentException', message);
}

export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message);
}

export function shardLimitExceeded(account: { accountId: string; region: string; openShards: number; limit: number; additional: number }): AwsError {
  return limitExceeded(
    `This request would exceed the shard limit for the account ${account.accountId} in ${account.region}. ` +
      `Current shard count for the account: ${account.openShards}. Limit: ${account.limit}. ` +
      `Number of additional shards that would have resulted from this request: ${account.additional}. ` +
      'Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) ' +
      'for current limits and how to request higher limits.',
  );
}

export function provisionedModeOnly(streamName: string, accountId: string): AwsError {
  return new AwsError(
    'ValidationException',
    `Request is invalid. Stream ${streamName} under account ${accountId} is in On-Demand mode.`,
  );
}
