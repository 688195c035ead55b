import { describeConsumer, findConsumer } from '../streams/consumers.ts';
import type { ConsumerReference } from '../streams/consumers.ts';
import { CONSUMER_ARN, CONSUMER_NAME, STREAM_ARN } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** One consumer, by its ARN or by its stream's ARN and its name. */
export const describeStreamConsumer = operation<ConsumerReference>({
  rate: 'stream',
  input: { ConsumerARN: CONSUMER_ARN, ConsumerName: CONSUMER_NAME, StreamARN: STREAM_ARN },
  run({ account }, input) {
    const { stream, consumer } = findConsumer(account, input);
    return { ConsumerDescription: { ...describeConsumer(consumer), StreamARN: stream.state.arn } };
  },
});
