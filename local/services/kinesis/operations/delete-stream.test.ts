import { describe, expect, test } from '@jest/globals';
import { DeleteStreamCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX, manualClock, readShard } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock();
const suite = kinesisSuite({ clock, settings: { deleteStreamMs: 30 } });

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
    await clock.advance(2000);
    expect((await suite.service.call('ListStreams', {})).StreamNames).toEqual([]);
    await activeStream(suite.service, 's');
    expect(await readShard(suite.service, 's', 'shardId-000000000000')).toEqual([]);
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
