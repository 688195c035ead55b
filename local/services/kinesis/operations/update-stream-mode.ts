import { limitExceeded } from '../streams/refusals.ts';
import type { StreamMode } from '../streams/stream.ts';
import { STREAM_ARN, STREAM_MODE_DETAILS } from '../validation/shape.ts';
import { operation } from './operation.ts';

const DAY_MS = 86_400_000;

/** Switches a stream between provisioned and on-demand, at most twice in 24 hours; its shards stay. */
export const updateStreamMode = operation<{ StreamARN: string; StreamModeDetails: { StreamMode: StreamMode } }>({
  rate: 'account',
  input: {
    StreamARN: { ...STREAM_ARN, required: true },
    StreamModeDetails: { ...STREAM_MODE_DETAILS, required: true },
    WarmThroughputMiBps: { type: 'Integer', min: 0 },
  },
  run({ account, lifecycle }, input) {
    const { clock, settings, accountId } = account;
    const stream = account.findActive(input);
    const { state } = stream;
    const mode = input.StreamModeDetails.StreamMode;
    if (mode === state.mode) return undefined;
    const now = clock.now();
    const recent = state.modeUpdatesMs.filter((updatedMs) => updatedMs > now - DAY_MS);
    if (recent.length >= settings.modeUpdatesPerDay) {
      throw limitExceeded(
        `Stream ${state.name} under account ${accountId} has reached its limit of ${settings.modeUpdatesPerDay} switches between capacity modes in a rolling 24-hour period.`,
      );
    }
    state.modeUpdatesMs = [...recent, now];
    state.mode = mode;
    lifecycle.begin(stream, 'UPDATING', { kind: 'settle', untilMs: now + settings.updateStreamMs });
    return undefined;
  },
});
