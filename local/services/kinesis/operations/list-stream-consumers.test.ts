import { describe, expect, test } from '@jest/globals';
import { ListStreamConsumersCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();
const StreamARN = `${ARN_PREFIX}s`;

describe('ListStreamConsumers', () => {
  test('lists consumers by name in pages', async () => {
    expect(await suite.refusal('ListStreamConsumers', { StreamARN })).toEqual(streamNotFound('s'));
    await activeStream(suite.service, 's');
    for (const ConsumerName of ['b', 'a', 'c']) await suite.service.call('RegisterStreamConsumer', { StreamARN, ConsumerName });
    const first = await suite.client.send(new ListStreamConsumersCommand({ StreamARN, MaxResults: 2 }));
    expect(first.Consumers!.map(({ ConsumerName }) => ConsumerName)).toEqual(['a', 'b']);
    const second = await suite.client.send(new ListStreamConsumersCommand({ StreamARN, NextToken: first.NextToken }));
    expect([second.Consumers!.map(({ ConsumerName }) => ConsumerName), second.NextToken]).toEqual([['c'], undefined]);
  });
});
