import * as z from 'zod';
import { addressField, eventTypeField, idField, textField, timeField } from './fields.ts';
import { isObject, propertiesField } from './properties.ts';
import { explain, type Rejection } from './rejection.ts';

/** Fields that Millrace states itself; what a client puts there is replaced, but for what a server may state. */
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

/** The same of a server key, which speaks for another: it may state whose address and agent these are. */
export const serverEventSchema = incomingEventSchema.extend({
  ip: addressField().nullish(),
  user_agent: textField().nullish(),
});

export type IncomingEvent = z.infer<typeof incomingEventSchema>;
export type ServerEvent = z.infer<typeof serverEventSchema>;

export type IncomingResult<Event = IncomingEvent> =
  | { ok: true; event: Event }
  | { ok: false; eventId: string | undefined; rejection: Rejection };

/** Reads one event of a browser's request. Whatever JSON value comes, it answers and does not throw. */
export function readIncomingEvent(value: unknown): IncomingResult {
  return read(incomingEventSchema, value);
}

/** Reads one event of a server's request, likewise. */
export function readServerEvent(value: unknown): IncomingResult<ServerEvent> {
  return read(serverEventSchema, value);
}

function read<Event>(schema: z.ZodType<Event>, value: unknown): IncomingResult<Event> {
  const result = schema.safeParse(value);
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
