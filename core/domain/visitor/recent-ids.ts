import { createHash } from 'node:crypto';

/**
 * Event ids that a visitor's state remembers to tell a producer's duplicate, which has a new sequence number.
 * Payments have a ring of their own, so that a burst of page views does not push them out.
 */
export const RECENT_IDS = 32;
export const RECENT_PAYMENT_IDS = 16;

/** The short form in which an id is remembered: 64 bits of its SHA-256, 11 characters whatever the client sent. */
export function shortId(eventId: string): string {
  return createHash('sha256').update(eventId).digest('base64url').slice(0, 11);
}

/** The ring after `id`, the oldest pushed out. */
export function remember(ring: readonly string[], id: string, size: number): string[] {
  return [...ring, id].slice(-size);
}
