import type { StreamReference } from '../account.ts';
import { invalidArgument } from '../streams/refusals.ts';
import { checkRetentionHours } from '../streams/retention.ts';
import { STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Keeps records for a shorter time; what is older expires at once. */
export const decreaseStreamRetentionPeriod = operation<StreamReference & { RetentionPeriodHours: number }>({
  rate: 'account',
  input: { RetentionPeriodHours: { type: 'Integer', required: true }, ...STREAM },
  run({ account, lifecycle }, input) {
    const hours = input.RetentionPeriodHours;
    const stream = account.findReadable(input);
    const { state } = stream;
    checkRetentionHours(hours);
    if (hours > state.retentionHours) {
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${state.name} can not be longer than existing retention period (${state.retentionHours} hours). Use IncreaseRetentionPeriod API.`,
      );
    }
    account.findActive(input);
    state.retentionHours = hours;
    stream.expireShards();
    lifecycle.begin(stream, 'UPDATING', { kind: 'settle', untilMs: account.clock.now() + account.settings.updateStreamMs });
    return undefined;
  },
});
