import { addressOf, COUNTRIES, type Country } from './addresses.ts';
import { chance, derived, integer, pickWeighted, type Random } from './choice.ts';
import { idsOf, type Ids } from './ids.ts';
import { browser } from './user-agents.ts';

/** Someone, or something, with a session open in the shop. Journeys change it: a login names the user. */
export interface Visitor {
  country: Country;
  ip: string;
  userAgent: string;
  anonymousId: string;
  sessionId: string;
  deviceId: string;
  userId: string | undefined;
  /** The payment provider's fingerprint of the card, wallet or account that they pay with. */
  paymentFingerprint: string;
}

/** An account of the shop: what is known of its owner whenever they come back. */
export interface Customer extends Omit<Visitor, 'sessionId' | 'userId'> {
  userId: string;
}

/** Accounts that the shop has had since before the demo began. */
export const CUSTOMERS = 3000;
/** Addresses behind which many visitors sit: offices, dormitories, cafés. */
const SHARED_ADDRESSES = 24;
const SHARED_SHARE = 0.15;

/** The index-th customer of this seed's shop: always the same one. */
export function customer(seed: number, index: number): Customer {
  const random = derived(seed, 'customer', index);
  const ids = idsOf(seed, 'customer', index);
  const { country, ip } = location(seed, random);
  return {
    country,
    ip,
    userAgent: browser(random),
    anonymousId: `anon-${ids.hex(16)}`,
    deviceId: `dev-${ids.hex(12)}`,
    userId: `user-${String(index).padStart(5, '0')}`,
    paymentFingerprint: fingerprint(ids),
  };
}

/** Someone the shop has not seen. `ids` makes what must differ between two runs of the demo. */
export function stranger(seed: number, random: Random, ids: Ids): Visitor {
  return {
    ...location(seed, random),
    userAgent: browser(random),
    anonymousId: `anon-${ids.hex(16)}`,
    sessionId: sessionId(ids),
    deviceId: `dev-${ids.hex(12)}`,
    userId: undefined,
    paymentFingerprint: fingerprint(ids),
  };
}

export function sessionId(ids: Ids): string {
  return `sess-${ids.uuid()}`;
}

export function fingerprint(ids: Ids): string {
  return `card-${ids.hex(20)}`;
}

function location(seed: number, random: Random): { country: Country; ip: string } {
  if (!chance(random, SHARED_SHARE)) {
    const country = pickWeighted(random, COUNTRIES);
    return { country, ip: addressOf(country, random) };
  }
  const place = derived(seed, 'shared address', integer(random, 1, SHARED_ADDRESSES));
  const country = pickWeighted(place, COUNTRIES);
  return { country, ip: addressOf(country, place) };
}
