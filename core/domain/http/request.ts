import { isObject } from '../../contracts/properties.ts';
import { answerProblem, type HttpAnswer } from './answers.ts';

/** Most events in one request: what one PutRecords call carries. */
export const MAX_EVENTS_PER_REQUEST = 500;

/** sendBeacon and fetch without preflight can only send text/plain. */
const CONTENT_TYPES = ['application/json', 'text/plain'];

/** The part of a gateway's request (payload format 2.0) that is read; header names are in lower case. */
export interface HttpRequest {
  headers: Record<string, string | undefined>;
  body?: string | undefined;
  isBase64Encoded: boolean;
}

/** The write key of a request: the header x-write-key, else the user of Basic authentication. */
export function writeKeyOf({ headers }: HttpRequest): string | undefined {
  const stated = headers['x-write-key'];
  if (stated) return stated;
  const credentials = /^basic\s+(?<base64>\S+)\s*$/i.exec(headers['authorization'] ?? '')?.groups?.['base64'];
  if (credentials === undefined) return undefined;
  return Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] || undefined;
}

/** The events of a request's body, not yet validated; or the problem that refuses the request as a whole. */
export function readBody(request: HttpRequest): { events: unknown[] } | { problem: HttpAnswer } {
  const contentType = request.headers['content-type'];
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === undefined || !CONTENT_TYPES.includes(mediaType)) {
    const came = mediaType ? JSON.stringify(mediaType.slice(0, 100)) : 'no content-type';
    return { problem: answerProblem(415, 'unsupported_media_type', `expected content-type application/json or text/plain; got ${came}`) };
  }
  const text = bodyText(request);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    const came = text === '' ? 'an empty body' : text === undefined ? 'bytes that are not UTF-8' : `${text.length} characters that are not JSON`;
    return { problem: answerProblem(400, 'invalid_json', `expected one event, an array of events, or {"events":[…]} as JSON in UTF-8; got ${came}`) };
  }
  return eventsIn(value);
}

function bodyText({ body = '', isBase64Encoded }: HttpRequest): string | undefined {
  if (!isBase64Encoded) return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body, 'base64'));
  } catch {
    return undefined;
  }
}

function eventsIn(value: unknown): { events: unknown[] } | { problem: HttpAnswer } {
  const wrapped = isObject(value) ? value['events'] : undefined;
  const events = Array.isArray(value) ? value : Array.isArray(wrapped) ? wrapped : [value];
  if (events.length === 0) return { problem: answerProblem(400, 'no_events', 'expected at least one event; got an empty list') };
  if (events.length > MAX_EVENTS_PER_REQUEST) {
    const detail = `expected at most ${MAX_EVENTS_PER_REQUEST} events a request; got ${events.length}: send them in several requests`;
    return { problem: answerProblem(413, 'too_many_events', detail) };
  }
  return { events };
}
