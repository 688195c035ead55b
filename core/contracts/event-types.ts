/** The types that Millrace gives a meaning to; a client may send its own as well. */
export const KNOWN_EVENT_TYPES = [
  'page_view',
  'product_view',
  'add_to_cart',
  'login',
  'sign_up',
  'purchase',
  'payment_declined',
  'label',
  'erasure',
  'frame_analyzed',
] as const;

export type KnownEventType = (typeof KNOWN_EVENT_TYPES)[number];

export function isKnownEventType(eventType: string): eventType is KnownEventType {
  return (KNOWN_EVENT_TYPES as readonly string[]).includes(eventType);
}
