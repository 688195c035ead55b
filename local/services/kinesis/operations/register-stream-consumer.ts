import { AwsError } from '../../../aws-error.ts';
import { describeConsumer } from '../streams/consumers.ts';
import { limitExceeded } from '../streams/refusals.ts';
import type { Consumer } from '../streams/stream.ts';
import { CONSUMER_NAME, STREAM_ARN, TAGS } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Registers an enhanced fan-out consumer: CREATING, then ACTIVE. */
export const registerStreamConsumer = operation<{ StreamARN: string; ConsumerName: string; Tags?: Record<string, string> }>({
  rate: 'stream',
  input: { ConsumerName: { ...CONSUMER_NAME, required: true }, StreamARN: { ...STREAM_ARN, required: true }, Tags: TAGS },
  run({ account, lifecycle }, input) {
    const { accountId, settings, clock } = account;
    const stream = account.findReadable(input);
    const { state } = stream;
    if (state.consumers.some(({ name }) => name === input.ConsumerName)) {
      throw new AwsError('ResourceInUseException', `Consumer ${input.ConsumerName} under stream ${state.name} already exists for account ${accountId}.`);
    }
    if (state.consumers.length >= settings.consumersPerStream) {
      throw limitExceeded(`Stream ${state.name} under account ${accountId} has reached its limit of ${settings.consumersPerStream} registered consumers.`);
    }
    const createdMs = clock.now();
    const consumer: Consumer = {
      name: input.ConsumerName,
      arn: `${state.arn}/consumer/${input.ConsumerName}:${Math.floor(createdMs / 1000)}`,
      createdMs,
      status: 'CREATING',
      settledMs: createdMs + settings.registerConsumerMs,
      tags: { ...input.Tags },
    };
    state.consumers.push(consumer);
    stream.save();
    void lifecycle.settleConsumer(stream, consumer.arn);
    return { Consumer: describeConsumer(consumer) };
  },
});
