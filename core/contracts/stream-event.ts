import * as z from 'zod';
import { eventTypeField, idField, textField, timeField } from './fields.ts';
import { isObject, MAX_PROPERTIES_DEPTH, nestsAtMost } from './properties.ts';
import { explain, type Rejection } from './rejection.ts';

/** The version of the event that this code writes and knows; additive changes keep it. */
export const SCHEMA_VERSION = 1;

/**
 * One event on the stream and in the lake: flat, snake_case, times in ISO 8601 with milliseconds in UTC.
 * Any producer may have put it there. Fields that are not listed are from a later, additive version and pass on.
 */
export const streamEventSchema = z.looseObject({
  event_id: idField(),
  app_id: idField(),
  event_type: eventTypeField(),
  event_time: timeField(),
  received_at: timeField(),
  user_id: idField().optional(),
  anonymous_id: idField().optional(),
  session_id: idField().optional(),
  device_id: idField().optional(),
  page: textField().optional(),
  referrer: textField().optional(),
  user_agent: textField().optional(),
  ip: textField().optional(),
  properties: z.custom<Record<string, unknown>>(isObject, 'an object').optional(),
  schema_version: z.literal(SCHEMA_VERSION, `the number ${SCHEMA_VERSION}`),
  source: idField(),
});

export type StreamEvent = z.infer<typeof streamEventSchema>;

export type StreamEventResult =
  | { ok: true; event: StreamEvent }
  | { ok: false; eventId: string | undefined; rejection: Rejection };

/** The event itself is one level above its properties. */
const MAX_EVENT_DEPTH = MAX_PROPERTIES_DEPTH + 1;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads one record's payload as an event. Whatever bytes come, it answers and does not throw.
 * Codes: `not_utf8`, `not_json`, `too_deep`, `unknown_schema_version`, `not_an_object`, `missing_field`, `invalid_field`.
 */
export function readStreamEvent(data: Uint8Array): StreamEventResult {
  let text: string;
  try {
    text = utf8.decode(data);
  } catch {
    return refused('not_utf8', `expected JSON in UTF-8; got ${data.length} bytes that are not UTF-8`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('not_json', `expected a JSON object; got ${data.length} bytes that are not JSON`);
  }
  // Also for fields of a later version: what writes this event again as JSON recurses by depth.
  if (!nestsAtMost(value, MAX_EVENT_DEPTH)) {
    return refused('too_deep', `expected an event that nests at most ${MAX_EVENT_DEPTH} levels deep; got a deeper one`);
  }
  const result = streamEventSchema.safeParse(value);
  // The value as it was parsed, not zod's copy: fields of a later version keep their place and content.
  if (result.success) return { ok: true, event: value as StreamEvent };
  const issues = result.error.issues;
  const issue = issues.find(({ path }) => path[0] === 'schema_version') ?? issues[0];
  if (!issue) throw new TypeError('zod reported a failure without an issue');
  const rejection = explain(issue, value);
  if (issue.path[0] === 'schema_version') rejection.code = 'unknown_schema_version';
  const eventId = isObject(value) ? idField().safeParse(value['event_id']).data : undefined;
  return { ok: false, eventId, rejection };
}

function refused(code: string, reason: string): StreamEventResult {
  return { ok: false, eventId: undefined, rejection: { code, reason } };
}
