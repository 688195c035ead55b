import { findConsumer } from '../streams/consumers.ts';
import type { ConsumerReference } from '../streams/consumers.ts';
import { CONSUMER_ARN, CONSUMER_NAME, STREAM_ARN } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Takes a consumer away: DELETING, then gone. Its subscriptions end. */
export const deregisterStreamConsumer = operation<ConsumerReference>({
  rate: 'stream',
  input: { ConsumerARN: CONSUMER_ARN, ConsumerName: CONSUMER_NAME, StreamARN: STREAM_ARN },
  run({ account, lifecycle }, input) {
    const { stream, consumer } = findConsumer(account, input);
    consumer.status = 'DELETING';
    consumer.settledMs = account.clock.now() + account.settings.registerConsumerMs;
    stream.save();
    void lifecycle.settleConsumer(stream, consumer.arn);
    return undefined;
  },
});
