import { isDeepStrictEqual } from 'node:util';
import { foldEvents, type Fold, type PositionedEvent } from '../../core/domain/visitor/fold.ts';
import { VersionConflictError } from '../../core/domain/visitor/errors.ts';
import { UNSEEN, type VisitorState } from '../../core/domain/visitor/state.ts';
import type { AlertSender, VisitorStore } from '../../core/ports.ts';

/** How often another writer may come in between before the visitor's events are left to a later delivery. */
const MAX_CONFLICTS = 3;

export interface VisitorEvents {
  key: string;
  /** The partition key, as alerts name it. */
  visitor: string;
  events: readonly PositionedEvent[];
}

/**
 * Applies one visitor's events of a batch with one conditional write, then sends the alerts that the state holds and
 * forgets them there. It may die between any two calls: the events come again, find themselves applied, and the
 * alerts still pending. Answers for each event, in order.
 */
export async function scoreVisitor(
  { visitors, alerts }: { visitors: VisitorStore; alerts: AlertSender },
  { key, visitor, events }: VisitorEvents,
  stored: VisitorState | undefined,
  /** Throws when the function's time is nearly over; what is done until then stays done. */
  checkTime: () => void,
): Promise<Fold['outcomes']> {
  let state = stored ?? UNSEEN;
  let conflicts = 0;
  const outcomes: Fold['outcomes'] = [];
  while (outcomes.length < events.length) {
    checkTime();
    const fold = foldEvents(visitor, state, events.slice(outcomes.length));
    if (fold.changed) {
      const conflicting = await write(visitors, key, fold.state);
      if (conflicting) {
        if (++conflicts > MAX_CONFLICTS) throw new VersionConflictError(state.version);
        state = conflicting;
        continue;
      }
    }
    outcomes.push(...fold.outcomes);
    if (fold.state.pending_alerts.length > 0) checkTime();
    state = await sendPending({ visitors, alerts }, key, fold.state);
  }
  return outcomes;
}

/** Writes the state; when somebody else wrote before, returns what is stored. */
async function write(visitors: VisitorStore, key: string, state: VisitorState): Promise<VisitorState | undefined> {
  try {
    await visitors.write(key, state);
    return undefined;
  } catch (error) {
    if (!(error instanceof VersionConflictError)) throw error;
    const found = (await visitors.read([key])).get(key) ?? UNSEEN;
    // The SDK repeats a write whose answer was lost: then what is stored is ours.
    return isDeepStrictEqual(found, state) ? undefined : found;
  }
}

async function sendPending(
  { visitors, alerts }: { visitors: VisitorStore; alerts: AlertSender },
  key: string,
  state: VisitorState,
): Promise<VisitorState> {
  if (state.pending_alerts.length === 0) return state;
  // Each is tried even when another fails: those that are sent need no second attempt.
  const sent = await Promise.allSettled(state.pending_alerts.map((alert) => alerts.send(alert)));
  const failure = sent.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  await visitors.clearPendingAlerts(key, state.version);
  return { ...state, pending_alerts: [] };
}
