import { describe, expect, test } from '@jest/globals';
import { DescribeStreamConsumerCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();
const StreamARN = `${ARN_PREFIX}s`;

describe('DescribeStreamConsumer', () => {
  test('finds a consumer by its ARN, or by its stream and name', async () => {
    await activeStream(suite.service, 's');
    const { Consumer } = await suite.service.call('RegisterStreamConsumer', { StreamARN, ConsumerName: 'c' });
    const byName = await suite.client.send(new DescribeStreamConsumerCommand({ StreamARN, ConsumerName: 'c' }));
    expect(byName.ConsumerDescription).toMatchObject({ ConsumerName: 'c', ConsumerARN: Consumer.ConsumerARN, StreamARN });
    expect((await suite.client.send(new DescribeStreamConsumerCommand({ ConsumerARN: Consumer.ConsumerARN }))).ConsumerDescription).toMatchObject({ ConsumerName: 'c' });
    expect(await suite.refusal('DescribeStreamConsumer', { StreamARN, ConsumerName: 'x' })).toMatchObject({ type: 'ResourceNotFoundException' });
    expect(await suite.refusal('DescribeStreamConsumer', { StreamARN })).toMatchObject({ type: 'InvalidArgumentException' });
  });
});
