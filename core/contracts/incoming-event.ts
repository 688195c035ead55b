import * as z from 'zod';
import { eventTypeField, idField, textField, timeField } from './fields.ts';
import { isObject, propertiesField } from './properties.ts';
import { explain, type Rejection } from './rejection.ts';

/** Fields that Millrace states itself; what a client puts there is replaced. */
const SERVER_FIELDS = ['app_id', 'received_at', 'ip', 'user_agent', 'source', 'schema_version'] as const;

/**
 * One event as a client sends it to POST /events. Optional fields may be absent or null.
 * A field that is not listed is refused, because keeping it would promise a meaning that it does not have.
 */
export const incomingEventSchema = z.strictObject({
  event_id: idField().nullish(),
  event_type: eventTypeField(),
  event_time: timeField(),
  user_id: idField().nullish(),
  anonymous_id: idField().nullish(),
  session_id: idField().nullish(),
  device_id: idField().nullish(),
  page: textField().nullish(),
  referrer: textField().nullish(),
  properties: propertiesField().nullish(),
  ...(Object.fromEntries(SERVER_FIELDS.map((name) => [name, z.unknown().optional()])) as Record<
    (typeof SERVER_FIELDS)[number],
    z.ZodOptional<z.ZodUnknown>
  >),
});

export type IncomingEvent = z.infer<typeof incomingEventSchema>;

export type IncomingResult =
  | { ok: true; event: IncomingEvent }
  | { ok: false; eventId: string | undefined; rejection: Rejection };

/** Reads one event of a request. Whatever JSON value comes, it answers and does not throw. */
export function readIncomingEvent(value: unknown): IncomingResult {
  const result = incomingEventSchema.safeParse(value);
  if (result.success) return { ok: true, event: result.data };
  const issue = result.error.issues[0];
  if (!issue) throw new TypeError('zod reported a failure without an issue');
  return { ok: false, eventId: statedId(value), rejection: explain(issue, value) };
}

/** The event id that the client stated, if it can be given back to it. */
function statedId(value: unknown): string | undefined {
  const id = isObject(value) ? idField().safeParse(value['event_id']) : undefined;
  return id?.data;
}
