import { describe, expect, test } from '@jest/globals';
import { DeleteStreamCommand } from '@aws-sdk/client-kinesis';
import { setTimeout as delay } from 'node:timers/promises';
import { activeStream, ARN_PREFIX } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite({ settings: { deleteStreamMs: 30 } });

describe('DeleteStream', () => {
  test('refuses a stream that is not there, and a request that names none', async () => {
    expect(await suite.refusal('DeleteStream', { StreamName: 'nope' })).toEqual(streamNotFound('nope'));
    expect(await suite.refusal('DeleteStream', {})).toMatchObject({ type: 'InvalidArgumentException' });
  });

  test('leaves the stream DELETING and then gone, with its records: a new one of that name is empty', async () => {
    await activeStream(suite.service, 's');
    await suite.service.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: '' });
    const { ShardIterator } = await suite.service.call('GetShardIterator', { StreamName: 's', ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' });
    await suite.client.send(new DeleteStreamCommand({ StreamARN: `${ARN_PREFIX}s` }));
    expect((await suite.service.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary.StreamStatus).toBe('DELETING');
    while ((await suite.service.call('ListStreams', {})).StreamNames.length > 0) await delay(5);
    expect(await suite.refusal('GetRecords', { ShardIterator })).toEqual({
      type: 'ResourceNotFoundException', message: 'Shard shardId-000000000000 in stream s under account 123456789012 does not exist',
    });
  });

  test('needs EnforceConsumerDeletion when there are consumers', async () => {
    await activeStream(suite.service, 'consumed');
    await suite.service.call('RegisterStreamConsumer', { StreamARN: `${ARN_PREFIX}consumed`, ConsumerName: 'c' });
    expect(await suite.refusal('DeleteStream', { StreamName: 'consumed' })).toMatchObject({ type: 'ResourceInUseException' });
    await suite.service.call('DeleteStream', { StreamName: 'consumed', EnforceConsumerDeletion: true });
  });
});
