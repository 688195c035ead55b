import { AwsError } from '../../../aws-error.ts';
import type { StreamReference } from '../account.ts';
import { STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Deletes a stream with everything in it: DELETING, then gone. Consumers forbid it unless the caller insists. */
export const deleteStream = operation<StreamReference & { EnforceConsumerDeletion?: boolean }>({
  rate: 'account',
  input: { ...STREAM, EnforceConsumerDeletion: { type: 'Boolean' } },
  run({ account, lifecycle }, input) {
    const stream = account.find(input);
    if (stream.state.consumers.length > 0 && !input.EnforceConsumerDeletion) {
      throw new AwsError(
        'ResourceInUseException',
        `Stream ${stream.state.name} under account ${account.accountId} has consumers registered. Please deregister consumers or set EnforceConsumerDeletion to true.`,
      );
    }
    if (stream.state.status !== 'DELETING') {
      stream.state.consumers = [];
      lifecycle.begin(stream, 'DELETING', { kind: 'delete', untilMs: account.clock.now() + account.settings.deleteStreamMs });
    }
    return undefined;
  },
});
