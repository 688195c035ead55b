import { describe, expect, test } from '@jest/globals';
import { DeregisterStreamConsumerCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX, manualClock } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock();
const suite = kinesisSuite({ clock, settings: { registerConsumerMs: 100 } });
const StreamARN = `${ARN_PREFIX}s`;

describe('DeregisterStreamConsumer', () => {
  test('leaves the consumer DELETING and then gone', async () => {
    await activeStream(suite.service, 's');
    await suite.service.call('RegisterStreamConsumer', { StreamARN, ConsumerName: 'c' });
    await clock.advance(100);
    await suite.client.send(new DeregisterStreamConsumerCommand({ StreamARN, ConsumerName: 'c' }));
    expect((await suite.service.call('ListStreamConsumers', { StreamARN })).Consumers).toEqual([expect.objectContaining({ ConsumerStatus: 'DELETING' })]);
    await clock.advance(100);
    expect((await suite.service.call('ListStreamConsumers', { StreamARN })).Consumers).toEqual([]);
    expect(await suite.refusal('DeregisterStreamConsumer', { StreamARN, ConsumerName: 'c' })).toMatchObject({ type: 'ResourceNotFoundException' });
  });
});
