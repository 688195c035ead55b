import type { StreamEvent } from '../../contracts/stream-event.ts';
import { alertFor } from '../fraud/score.ts';
import { paymentOf } from '../payment.ts';
import { applyEvent } from './apply-event.ts';
import { advance, isApplied, type Position } from './position.ts';
import { RECENT_IDS, RECENT_PAYMENT_IDS, remember, shortId } from './recent-ids.ts';
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
 * Applies a visitor's events to its state, in their order and each once: what is at or below the position of its
 * shard came in an earlier delivery, what has a remembered id was sent twice by its producer.
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
    const id = shortId(event.event_id);
    const isRepeated = state.recent_ids.includes(id) || state.recent_payment_ids.includes(id);
    outcomes.push(isRepeated ? 'duplicate' : 'applied');
    const next = isRepeated ? state : applyNew(visitor, state, event, id);
    state = { ...next, positions: advance(next.positions, position) };
  }
  const changed = state !== stored;
  return { state: changed ? { ...state, version: stored.version + 1 } : stored, changed, outcomes };
}

function applyNew(visitor: string, before: VisitorState, event: StreamEvent, id: string): VisitorState {
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
