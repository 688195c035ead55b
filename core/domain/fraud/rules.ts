import type { Payment } from '../payment.ts';
import type { VisitorState } from '../visitor/state.ts';

/** A payment with the state of its visitor: before it, and with it applied. */
export interface Situation {
  payment: Payment;
  atMs: number;
  before: VisitorState;
  after: VisitorState;
}

/** A rule looks at one payment; when it fires it says in words what it saw. */
export interface FraudRule {
  name: string;
  /** Points that it adds to the score. */
  weight: number;
  fires(situation: Situation): string | undefined;
}

const MINUTE_MS = 60_000;
/** Cards are tested in bursts: a person who mistypes a card gives up, or succeeds, after a second decline. */
export const DECLINES_A_MINUTE = 3;
/** Nobody fills in five orders within a minute by hand. */
export const PURCHASES_A_MINUTE = 5;
/** A household has two or three cards, and does not try them all within ten minutes. */
export const CARDS_IN_TEN_MINUTES = 3;
/** How often the mean of at least so many former purchases a purchase must exceed to be far above the visitor's past. */
export const AMOUNT_FACTOR = 5;
export const PAST_PURCHASES = 3;

export const FRAUD_RULES: readonly FraudRule[] = [
  {
    name: 'declines_in_a_minute',
    weight: 60,
    fires(situation) {
      const declines = inLastMinute(situation, 'declined');
      return declines >= DECLINES_A_MINUTE ? `${declines} payments were declined within a minute` : undefined;
    },
  },
  {
    name: 'purchases_in_a_minute',
    weight: 50,
    fires(situation) {
      const purchases = inLastMinute(situation, 'purchase');
      return purchases >= PURCHASES_A_MINUTE ? `${purchases} purchases were made within a minute` : undefined;
    },
  },
  {
    name: 'amount_above_own_past',
    weight: 50,
    fires({ payment: { kind, amountMinor, currency }, before }) {
      const past = before.purchases[currency];
      if (kind !== 'purchase' || amountMinor === undefined || !past || past.count < PAST_PURCHASES) return undefined;
      const meanMinor = past.total_minor / past.count;
      if (amountMinor <= AMOUNT_FACTOR * meanMinor) return undefined;
      return `the amount of ${amountMinor} is above ${AMOUNT_FACTOR} times the mean of ${past.count} former purchases, ${Math.round(meanMinor)}`;
    },
  },
  {
    name: 'several_cards',
    weight: 60,
    fires({ after }) {
      const cards = new Set(after.recent_payments.map(({ card }) => card).filter((card) => card !== undefined)).size;
      return cards >= CARDS_IN_TEN_MINUTES ? `${cards} cards or accounts were used within ten minutes` : undefined;
    },
  },
];

function inLastMinute({ atMs, payment, after }: Situation, kind: Payment['kind']): number {
  if (payment.kind !== kind) return 0;
  return after.recent_payments.filter((recent) => recent.kind === kind && Math.abs(atMs - recent.at_ms) < MINUTE_MS).length;
}
