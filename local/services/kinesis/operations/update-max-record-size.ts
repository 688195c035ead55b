import { STREAM_ARN } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Sets how large a record of a stream may be, from 1 to 10 MiB with its key. */
export const updateMaxRecordSize = operation<{ StreamARN: string; MaxRecordSizeInKiB: number }>({
  rate: 'account',
  input: {
    MaxRecordSizeInKiB: { type: 'Integer', required: true, min: 1024, max: 10_240 },
    StreamARN: { ...STREAM_ARN, required: true },
  },
  run({ account, lifecycle }, input) {
    const stream = account.findActive(input);
    stream.state.maxRecordSizeKiB = input.MaxRecordSizeInKiB;
    lifecycle.begin(stream, 'UPDATING', { kind: 'settle', untilMs: account.clock.now() + account.settings.updateStreamMs });
    return undefined;
  },
});
