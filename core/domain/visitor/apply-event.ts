import { isKnownEventType } from '../../contracts/event-types.ts';
import type { StreamEvent } from '../../contracts/stream-event.ts';
import { NO_CURRENCY, type Payment } from '../payment.ts';
import { MAX_CURRENCIES, MAX_RECENT_PAYMENTS, RECENT_PAYMENTS_MS, type PurchaseTotal, type RecentPayment, type VisitorState } from './state.ts';

/** The counts, times and totals after one event that was not applied before. Positions and ids are not its matter. */
export function applyEvent(state: VisitorState, event: StreamEvent, payment: Payment | undefined): VisitorState {
  const atMs = Date.parse(event.received_at);
  const type = isKnownEventType(event.event_type) ? event.event_type : 'other';
  const isFirst = Object.keys(state.event_counts).length === 0;
  return {
    ...state,
    event_counts: { ...state.event_counts, [type]: (state.event_counts[type] ?? 0) + 1 },
    first_seen_ms: isFirst ? atMs : Math.min(state.first_seen_ms, atMs),
    last_seen_ms: isFirst ? atMs : Math.max(state.last_seen_ms, atMs),
    purchases: payment?.kind === 'purchase' ? addPurchase(state.purchases, payment) : state.purchases,
    recent_payments: payment ? addRecent(state.recent_payments, payment, atMs) : state.recent_payments,
  };
}

function addPurchase(purchases: Record<string, PurchaseTotal>, { currency, amountMinor }: Payment): Record<string, PurchaseTotal> {
  if (amountMinor === undefined) return purchases;
  const isKnown = currency in purchases || Object.keys(purchases).length < MAX_CURRENCIES;
  const bucket = isKnown ? currency : NO_CURRENCY;
  const { count, total_minor: total } = purchases[bucket] ?? { count: 0, total_minor: 0 };
  // DynamoDB's document client refuses a number beyond the largest safe integer.
  return { ...purchases, [bucket]: { count: count + 1, total_minor: Math.min(total + amountMinor, Number.MAX_SAFE_INTEGER) } };
}

function addRecent(payments: readonly RecentPayment[], { kind, card }: Payment, atMs: number): RecentPayment[] {
  const recent = payments.filter(({ at_ms: at }) => atMs - at < RECENT_PAYMENTS_MS);
  return [...recent, { at_ms: atMs, kind, ...(card === undefined ? {} : { card }) }].slice(-MAX_RECENT_PAYMENTS);
}
