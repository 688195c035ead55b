import { describe, expect, test } from '@jest/globals';
import { DescribeStreamConsumerCommand, RegisterStreamConsumerCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX, manualClock } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock(1_700_000_000_000);
const suite = kinesisSuite({ clock, settings: { registerConsumerMs: 100, consumersPerStream: 2 } });
const StreamARN = `${ARN_PREFIX}s`;

describe('RegisterStreamConsumer', () => {
  test('refuses what is no consumer, and an unknown stream', async () => {
    expect(await suite.refusal('RegisterStreamConsumer', {})).toEqual(violations("Value null at 'consumerName' failed: Member must not be null", "Value null at 'streamARN' failed: Member must not be null"));
    expect(await suite.refusal('RegisterStreamConsumer', { StreamARN, ConsumerName: 'c' })).toEqual(streamNotFound('s'));
    expect(await suite.refusal('RegisterStreamConsumer', { StreamARN: 'arn:aws:kinesis:us-east-1:999999999999:stream/s', ConsumerName: 'c' })).toEqual({
      type: 'ResourceNotFoundException', message: 'Stream s under account 999999999999 not found.',
    });
  });

  test('makes a consumer that is CREATING and then ACTIVE, up to the stream’s limit', async () => {
    await activeStream(suite.service, 's');
    const { Consumer } = await suite.client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'c' }));
    expect(Consumer).toEqual({ ConsumerName: 'c', ConsumerARN: `${StreamARN}/consumer/c:1700000000`, ConsumerStatus: 'CREATING', ConsumerCreationTimestamp: new Date(1_700_000_000_000) });
    await clock.advance(100);
    const { ConsumerDescription } = await suite.client.send(new DescribeStreamConsumerCommand({ ConsumerARN: Consumer!.ConsumerARN }));
    expect(ConsumerDescription!.ConsumerStatus).toBe('ACTIVE');
    expect(await suite.refusal('RegisterStreamConsumer', { StreamARN, ConsumerName: 'c' })).toMatchObject({ type: 'ResourceInUseException' });
    await suite.service.call('RegisterStreamConsumer', { StreamARN, ConsumerName: 'd' });
    expect(await suite.refusal('RegisterStreamConsumer', { StreamARN, ConsumerName: 'e' })).toMatchObject({ type: 'LimitExceededException' });
  });
});
