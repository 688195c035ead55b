import { createHash } from 'node:crypto';

/**
 * Event ids that a visitor's state remembers to tell a producer's duplicate, which has a new sequence number: the
 * window in which an event that is put again counts once. Payments have a window of their own, so that a burst of
 * page views does not push them out. Beyond them a repeated event counts again: all ids of a visitor fit no item.
 */
export const RECENT_IDS = 128;
export const RECENT_PAYMENT_IDS = 64;

/**
 * Bytes of an id's digest. A new event is taken for a repeated one when its digest is among the at most 192 that are
 * remembered: once in 10^12 events.
 */
export const ID_BYTES = 6;

/** Digests of ids, the one seen last at the end, without anything between them. */
export type RecentIds = Uint8Array;

/** The short form of a text of any length, to compare and not to recognise: 64 bits of its SHA-256, 11 characters. */
export function shortId(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 11);
}

/** The digest under which an event id is remembered: the first bytes of its SHA-256. */
export function idDigest(eventId: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(eventId).digest().subarray(0, ID_BYTES));
}

/** Whether the digest is among those that are remembered. */
export function isRemembered(ids: RecentIds, digest: Uint8Array): boolean {
  return placeOf(ids, digest) !== -1;
}

/** The ids with `digest` as the newest, and once only; beyond `capacity` ids the oldest is forgotten. */
export function remember(ids: RecentIds, digest: Uint8Array, capacity: number): RecentIds {
  const place = placeOf(ids, digest);
  const others = place === -1 ? [ids] : [ids.subarray(0, place), ids.subarray(place + ID_BYTES)];
  // A plain Uint8Array, as DynamoDB's client returns it: a Buffer of the same bytes is not deeply equal to it.
  return new Uint8Array(Buffer.concat([...others, digest])).slice(-capacity * ID_BYTES);
}

function placeOf(ids: RecentIds, digest: Uint8Array): number {
  const bytes = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
  let place = bytes.indexOf(digest);
  // Found across the border of two digests, it is none of them.
  while (place % ID_BYTES > 0) place = bytes.indexOf(digest, place + 1);
  return place;
}
