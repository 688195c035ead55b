import { AwsError } from '../../../aws-error.ts';
import type { Account } from '../account.ts';
import { epochSeconds } from './descriptions.ts';
import { invalidArgument } from './refusals.ts';
import type { Consumer, Stream } from './stream.ts';

/** A request's two ways to name a consumer. */
export interface ConsumerReference {
  StreamARN?: string | undefined;
  ConsumerName?: string | undefined;
  ConsumerARN?: string | undefined;
}

/** The consumer that a request names, and its stream; throws as AWS does when there is none. */
export function findConsumer(account: Account, { StreamARN, ConsumerName, ConsumerARN }: ConsumerReference): { stream: Stream; consumer: Consumer } {
  if (!ConsumerARN && !(StreamARN && ConsumerName)) {
    throw invalidArgument('Either ConsumerARN or both StreamARN and ConsumerName should be provided.');
  }
  const stream = account.find({ StreamName: account.nameInArn(ConsumerARN ?? StreamARN!) });
  const consumer = stream.state.consumers.find(({ arn, name }) => (ConsumerARN ? arn === ConsumerARN : name === ConsumerName));
  if (!consumer) {
    throw new AwsError('ResourceNotFoundException', `Consumer ${ConsumerARN ?? ConsumerName}, account ${account.accountId} not found.`);
  }
  return { stream, consumer };
}

/** A consumer as lists show it. */
export function describeConsumer(consumer: Consumer): object {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumer.arn,
    ConsumerStatus: consumer.status,
    ConsumerCreationTimestamp: epochSeconds(consumer.createdMs),
  };
}
