import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { activeStream, ARN_PREFIX, REGION, startTestKinesis, untilActive } from '../support/kinesis-service.ts';

/** Drives the local Kinesis with the `aws` CLI, which must be on the PATH: another client, by other people, over HTTP/1.1. */
const run = promisify(execFile);
const kinesis = await startTestKinesis();

async function aws(operation: string, ...args: string[]): Promise<any> { // oxlint-disable-line typescript/no-explicit-any
  const environment = { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: REGION, AWS_PAGER: '' };
  const { stdout } = await run('aws', ['kinesis', '--endpoint-url', kinesis.url, '--output', 'json', operation, ...args], { env: environment });
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}

const NAME = ['--stream-name', 'cli'];
const openShards = async (): Promise<string[]> =>
  (await aws('list-shards', ...NAME, '--shard-filter', 'Type=AT_LATEST')).Shards.map(({ ShardId }: { ShardId: string }) => ShardId.slice(-1));

try {
  await aws('create-stream', ...NAME, '--shard-count', '1');
  await aws('wait', 'stream-exists', ...NAME);
  const put = await aws('put-record', ...NAME, '--partition-key', 'k', '--data', 'one');
  assert.equal(put.ShardId, 'shardId-000000000000');
  const many = await aws('put-records', ...NAME, '--records', 'Data=two,PartitionKey=a', 'Data=three,PartitionKey=b');
  assert.equal(many.FailedRecordCount, 0);
  const { ShardIterator } = await aws('get-shard-iterator', ...NAME, '--shard-id', put.ShardId, '--shard-iterator-type', 'TRIM_HORIZON');
  const { Records } = await aws('get-records', '--shard-iterator', ShardIterator);
  assert.deepEqual(Records.map(({ Data }: { Data: string }) => Buffer.from(Data, 'base64').toString()), ['one', 'two', 'three']);

  await aws('split-shard', ...NAME, '--shard-to-split', 'shardId-000000000000', '--new-starting-hash-key', '170141183460469231731687303715884105728');
  await untilActive(kinesis, 'cli');
  assert.deepEqual(await openShards(), ['1', '2']);
  await aws('merge-shards', ...NAME, '--shard-to-merge', 'shardId-000000000001', '--adjacent-shard-to-merge', 'shardId-000000000002');
  await untilActive(kinesis, 'cli');
  assert.deepEqual(await openShards(), ['3']);
  const update = await aws('update-shard-count', ...NAME, '--target-shard-count', '2', '--scaling-type', 'UNIFORM_SCALING');
  assert.equal(update.CurrentShardCount, 1);
  await untilActive(kinesis, 'cli');
  assert.deepEqual(await openShards(), ['4', '5']);

  const { Consumer } = await aws('register-stream-consumer', '--stream-arn', `${ARN_PREFIX}cli`, '--consumer-name', 'c');
  assert.match(Consumer.ConsumerARN, /\/consumer\/c:\d+$/);
  await aws('describe-stream-consumer', '--consumer-arn', Consumer.ConsumerARN);
  await aws('deregister-stream-consumer', '--consumer-arn', Consumer.ConsumerARN);
  await aws('increase-stream-retention-period', ...NAME, '--retention-period-hours', '48');
  await untilActive(kinesis, 'cli');
  await aws('start-stream-encryption', ...NAME, '--encryption-type', 'KMS', '--key-id', 'alias/aws/kinesis');
  await untilActive(kinesis, 'cli');
  await aws('add-tags-to-stream', ...NAME, '--tags', 'team=fraud');
  assert.deepEqual((await aws('list-tags-for-stream', ...NAME)).Tags, [{ Key: 'team', Value: 'fraud' }]);
  const { StreamDescriptionSummary } = await aws('describe-stream-summary', ...NAME);
  assert.deepEqual([StreamDescriptionSummary.RetentionPeriodHours, StreamDescriptionSummary.EncryptionType], [48, 'KMS']);
  await assert.rejects(aws('put-record', '--stream-name', 'nope', '--partition-key', 'k', '--data', 'x'), /ResourceNotFoundException.*Stream nope under account 123456789012 not found\./s);
  await activeStream(kinesis, 'other');
  assert.deepEqual((await aws('list-streams')).StreamNames, ['cli', 'other']);
  await aws('delete-stream', ...NAME);
  await aws('wait', 'stream-not-exists', ...NAME);
  console.log('aws kinesis: all operations answered as expected');
} finally {
  await kinesis.stop();
}
