import type { StreamEvent } from '../../contracts/stream-event.ts';
import { alertFor } from '../fraud/score.ts';
import { paymentOf } from '../payment.ts';
import { applyEvent } from './apply-event.ts';
import { advance, isApplied, type Position } from './position.ts';
import { idDigest, isRemembered, RECENT_IDS, RECENT_PAYMENT_IDS, remember } from './recent-ids.ts';
import type { VisitorState } from './state.ts';

export interface PositionedEvent {
  position: Position;
  event: StreamEvent;
}

export interface Fold {
  /** With the version that the next write is to have when anything changed. */
  state: VisitorState;
  changed: boolean;
  /** What became of the first events; those behind them wait for the alerts to be sent. */
  outcomes: ('applied' | 'duplicate')[];
}

/** Alerts that one write of a state carries, so that no item grows with the size of a batch. */
export const MAX_PENDING_ALERTS = 20;

/**
 * Applies a visitor's events to its state, in their order. What is at or below the position of its shard came in an
 * earlier delivery and is never applied again; what has a remembered id was put again by its producer, and is told so
 * within the window of RECENT_IDS and RECENT_PAYMENT_IDS, which begins anew each time the id comes.
 */
export function foldEvents(visitor: string, stored: VisitorState, events: readonly PositionedEvent[]): Fold {
  let state = stored;
  const outcomes: Fold['outcomes'] = [];
  for (const { position, event } of events) {
    if (state.pending_alerts.length >= MAX_PENDING_ALERTS) break;
    if (isApplied(state.positions, position)) {
      outcomes.push('duplicate');
      continue;
    }
    const id = idDigest(event.event_id);
    const repeated = refreshed(state, id);
    outcomes.push(repeated ? 'duplicate' : 'applied');
    const next = repeated ?? applyNew(visitor, state, event, id);
    state = { ...next, positions: advance(next.positions, position) };
  }
  const changed = state !== stored;
  return { state: changed ? { ...state, version: stored.version + 1 } : stored, changed, outcomes };
}

/** The state with a remembered id as the newest where it is remembered; undefined when it is nowhere. */
function refreshed(state: VisitorState, id: Uint8Array): VisitorState | undefined {
  if (isRemembered(state.recent_ids, id)) return { ...state, recent_ids: remember(state.recent_ids, id, RECENT_IDS) };
  if (!isRemembered(state.recent_payment_ids, id)) return undefined;
  return { ...state, recent_payment_ids: remember(state.recent_payment_ids, id, RECENT_PAYMENT_IDS) };
}

function applyNew(visitor: string, before: VisitorState, event: StreamEvent, id: Uint8Array): VisitorState {
  const payment = paymentOf(event);
  const after = applyEvent(before, event, payment);
  if (!payment) return { ...after, recent_ids: remember(after.recent_ids, id, RECENT_IDS) };
  const alert = alertFor(visitor, event, { payment, atMs: Date.parse(event.received_at), before, after });
  return {
    ...after,
    recent_payment_ids: remember(after.recent_payment_ids, id, RECENT_PAYMENT_IDS),
    pending_alerts: alert ? [...after.pending_alerts, alert] : after.pending_alerts,
  };
}
