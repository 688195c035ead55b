import type { IncomingEvent } from '../contracts/incoming-event.ts';
import { SCHEMA_VERSION, type StreamEvent } from '../contracts/stream-event.ts';

/** What the server knows about a request and its client does not get to say. */
export interface Stamp {
  appId: string;
  receivedAtMs: number;
  /** The visitor's, as the gateway saw them, or as a server with its own key states them. */
  ip: string | undefined;
  userAgent: string | undefined;
}

/** The value of `source` for what came through POST /events. */
export const API_SOURCE = 'http-api';
/** Longest user agent that is kept, in UTF-16 units; a longer one is cut. */
export const MAX_USER_AGENT_LENGTH = 2_048;

/** The event as it goes on the stream; absent fields are left out, times are in UTC with milliseconds. */
export function stampEvent(event: IncomingEvent, eventId: string, stamp: Stamp): StreamEvent {
  return {
    event_id: eventId,
    app_id: stamp.appId,
    event_type: event.event_type,
    event_time: new Date(event.event_time).toISOString(),
    received_at: new Date(stamp.receivedAtMs).toISOString(),
    ...stated('user_id', event.user_id),
    ...stated('anonymous_id', event.anonymous_id),
    ...stated('session_id', event.session_id),
    ...stated('device_id', event.device_id),
    ...stated('page', event.page),
    ...stated('referrer', event.referrer),
    ...stated('user_agent', stamp.userAgent?.slice(0, MAX_USER_AGENT_LENGTH)),
    ...stated('ip', stamp.ip),
    ...stated('properties', event.properties),
    schema_version: SCHEMA_VERSION,
    source: API_SOURCE,
  };
}

function stated<Name extends string, Value>(name: Name, value: Value | null | undefined): { [Key in Name]?: Value } {
  return value === undefined || value === null ? {} : ({ [name]: value } as { [Key in Name]: Value });
}
