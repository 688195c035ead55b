import { describe, expect, test } from '@jest/globals';
import { ListTagsForResourceCommand, TagResourceCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('TagResource', () => {
  test('tags a stream and a consumer, each for itself', async () => {
    expect(await suite.refusal('TagResource', { ResourceARN: `${ARN_PREFIX}s`, Tags: { a: '1' } })).toEqual(streamNotFound('s'));
    await activeStream(suite.service, 's');
    const { Consumer } = await suite.service.call('RegisterStreamConsumer', { StreamARN: `${ARN_PREFIX}s`, ConsumerName: 'c' });
    await suite.client.send(new TagResourceCommand({ ResourceARN: `${ARN_PREFIX}s`, Tags: { a: '1' } }));
    await suite.client.send(new TagResourceCommand({ ResourceARN: Consumer.ConsumerARN, Tags: { b: '2' } }));
    const tags = async (ResourceARN: string) => (await suite.client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
    expect([await tags(`${ARN_PREFIX}s`), await tags(Consumer.ConsumerARN)]).toEqual([[{ Key: 'a', Value: '1' }], [{ Key: 'b', Value: '2' }]]);
  });
});
