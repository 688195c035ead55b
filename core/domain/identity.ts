import type { StreamEvent } from '../contracts/stream-event.ts';

type Identified = Pick<StreamEvent, 'event_id' | 'user_id' | 'anonymous_id' | 'session_id'>;

/**
 * What an event's partition key is: the user when known, else the anonymous visitor, else the session, else the
 * event id. Kinesis keeps the order of one partition key, so one account's events keep theirs across devices.
 */
export function partitionKeyOf(event: Identified): string {
  return event.user_id ?? event.anonymous_id ?? event.session_id ?? event.event_id;
}

/** Whether nobody is known behind the event; such an event gets no state. */
export function isKeyless(event: Identified): boolean {
  return event.user_id === undefined && event.anonymous_id === undefined && event.session_id === undefined;
}

/** The key of a visitor in every table: it starts with the app, for several sites share a deployment. */
export function visitorKey(appId: string, partitionKey: string): string {
  return `${appId}#${partitionKey}`;
}
