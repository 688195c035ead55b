import type { StreamEvent } from '../contracts/stream-event.ts';
import { shortId } from './visitor/recent-ids.ts';

/** What a purchase or a declined payment says about money, as far as it can be used. */
export interface Payment {
  kind: 'purchase' | 'declined';
  /** In minor units of the currency (cents); undefined when the event states none that is usable. */
  amountMinor: number | undefined;
  /** ISO 4217, or XXX, its code for none. */
  currency: string;
  /** Short hash of `properties.payment_fingerprint`, the merchant's token for a card or an account. */
  card: string | undefined;
}

/** Largest amount that is believed, in minor units: ten thousand million of a currency with cents. */
export const MAX_AMOUNT_MINOR = 1e12;
export const NO_CURRENCY = 'XXX';

/** The payment in an event of type purchase or payment_declined; unusable properties count as absent. */
export function paymentOf({ event_type, properties = {} }: Pick<StreamEvent, 'event_type' | 'properties'>): Payment | undefined {
  if (event_type !== 'purchase' && event_type !== 'payment_declined') return undefined;
  const { amount_minor: amount, currency, payment_fingerprint: fingerprint } = properties;
  return {
    kind: event_type === 'purchase' ? 'purchase' : 'declined',
    amountMinor: isAmount(amount) ? amount : undefined,
    currency: typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? currency : NO_CURRENCY,
    card: typeof fingerprint === 'string' && fingerprint !== '' ? shortId(fingerprint) : undefined,
  };
}

function isAmount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_AMOUNT_MINOR;
}
