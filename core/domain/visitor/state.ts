import type { Alert } from '../../contracts/alert.ts';
import type { ShardMark } from './position.ts';
import type { RecentIds } from './recent-ids.ts';

/** What is kept of one visitor: everything that is bounded, whatever the visitor sends. */
export interface VisitorState {
  /** How often the state was written; the next write is one higher. */
  version: number;
  positions: ShardMark[];
  recent_ids: RecentIds;
  recent_payment_ids: RecentIds;
  /** Applied events by known type; all other types together under `other`. */
  event_counts: Record<string, number>;
  /** Earliest and latest `received_at` of the applied events, in milliseconds since the epoch. */
  first_seen_ms: number;
  last_seen_ms: number;
  /** By currency. */
  purchases: Record<string, PurchaseTotal>;
  /** The last payments that velocity rules look at, in the order of the stream. */
  recent_payments: RecentPayment[];
  /** Alerts that were decided and are not yet known to be sent: they are stored with what they come from. */
  pending_alerts: Alert[];
}

export interface PurchaseTotal {
  count: number;
  /** In minor units; it stays at the largest safe integer. */
  total_minor: number;
}

export interface RecentPayment {
  /** `received_at`, in milliseconds since the epoch. */
  at_ms: number;
  kind: 'purchase' | 'declined';
  card?: string;
}

/** Currencies that a visitor's totals tell apart; those beyond count as NO_CURRENCY. */
export const MAX_CURRENCIES = 6;
/** Payments that velocity rules can look back on, and for how long, in milliseconds. */
export const MAX_RECENT_PAYMENTS = 20;
export const RECENT_PAYMENTS_MS = 10 * 60_000;

/** A visitor of whom nothing was applied yet. */
export const UNSEEN: VisitorState = {
  version: 0,
  positions: [],
  recent_ids: new Uint8Array(),
  recent_payment_ids: new Uint8Array(),
  event_counts: {},
  first_seen_ms: 0,
  last_seen_ms: 0,
  purchases: {},
  recent_payments: [],
  pending_alerts: [],
};
