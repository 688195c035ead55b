import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { readIncomingEvent, readServerEvent, type IncomingResult } from '../../core/contracts/incoming-event.ts';
import { answerProblem, answerResults, type EventResult, type HttpAnswer } from '../../core/domain/http/answers.ts';
import { readBody, writeKeyOf } from '../../core/domain/http/request.ts';
import { partitionKeyOf } from '../../core/domain/identity.ts';
import { stampEvent, type Stamp } from '../../core/domain/stamp.ts';
import type { StreamEntry } from '../../core/domain/streaming/stream-entry.ts';
import { findWriteKey, type KeyKind, type WriteKey } from '../../core/domain/write-keys.ts';
import type { Clock, EventStream, Log } from '../../core/ports.ts';

export interface IngestDeps {
  writeKeys: readonly WriteKey[];
  stream: EventStream;
  clock: Clock;
  log: Log;
  /** A new event id, for an event whose client states none. */
  newEventId(): string;
}

/** Largest event on the stream, in bytes of JSON with what the server adds, so that one never fills a batch alone. */
export const MAX_EVENT_BYTES = 256 * 1024;
/** Longest time to try to put a request's events, in milliseconds. */
const PUT_BUDGET_MS = 8_000;
/** Kept free before the function's deadline to answer, in milliseconds. */
const ANSWER_RESERVE_MS = 500;

/** Takes one request to POST /events: it answers `accepted` for an event only when the stream has it. */
export async function run(deps: IngestDeps, request: APIGatewayProxyEventV2, remainingMs: number): Promise<HttpAnswer> {
  const key = findWriteKey(deps.writeKeys, writeKeyOf(request) ?? '');
  if (key === undefined) {
    return answerProblem(401, 'invalid_write_key', 'expected a write key of this deployment in the header x-write-key, or as the user of Basic authentication');
  }
  const body = readBody(request);
  if ('problem' in body) return body.problem;

  const receivedAtMs = deps.clock.now();
  const { appId, kind } = key;
  const seen: Visitor = { ip: request.requestContext.http.sourceIp, userAgent: request.headers['user-agent'] };
  const outcomes = body.events.map((value) => {
    const { read, visitor } = readEvent(kind, value, seen);
    return prepare(deps, read, { appId, receivedAtMs, ...visitor });
  });
  const entries = outcomes.flatMap((outcome) => ('entry' in outcome ? [outcome.entry] : []));
  const deadlineMs = receivedAtMs + Math.min(PUT_BUDGET_MS, remainingMs - ANSWER_RESERVE_MS);
  const stored = entries.length > 0 ? await deps.stream.put(entries, deadlineMs) : [];

  let next = 0;
  const results = outcomes.map((outcome) => ('entry' in outcome ? resultOf(outcome.eventId, stored[next++] === true) : outcome));
  deps.log.info('request answered', { appId, events: results.length, stored: stored.filter(Boolean).length });
  return answerResults(results);
}

type Visitor = Pick<Stamp, 'ip' | 'userAgent'>;

/**
 * Reads an event and says whose address and agent it has. A browser's request comes from the visitor; a server's own
 * say nothing of the visitor, so that what its event does not state stays unknown.
 */
function readEvent(kind: KeyKind, value: unknown, seen: Visitor): { read: IncomingResult; visitor: Visitor } {
  if (kind === 'browser') return { read: readIncomingEvent(value), visitor: seen };
  const read = readServerEvent(value);
  return { read, visitor: { ip: (read.ok && read.event.ip) || undefined, userAgent: (read.ok && read.event.user_agent) || undefined } };
}

/** The record of one event of the request, or the result that rejects it. */
function prepare(deps: IngestDeps, read: IncomingResult, stamp: Stamp): { eventId: string; entry: StreamEntry } | EventResult {
  if (!read.ok) return { event_id: read.eventId, status: 'rejected', ...read.rejection };
  const eventId = read.event.event_id ?? deps.newEventId();
  const event = stampEvent(read.event, eventId, stamp);
  const data = Buffer.from(JSON.stringify(event));
  if (data.length > MAX_EVENT_BYTES) {
    const reason = `the event: expected at most ${MAX_EVENT_BYTES} bytes of JSON; got ${data.length}`;
    return { event_id: eventId, status: 'rejected', code: 'too_large', reason };
  }
  return { eventId, entry: { partitionKey: partitionKeyOf(event), data } };
}

function resultOf(eventId: string, isStored: boolean): EventResult {
  if (isStored) return { event_id: eventId, status: 'accepted' };
  const reason = 'the stream did not take the event in time: send it again with the same event_id';
  return { event_id: eventId, status: 'rejected', code: 'not_stored', reason };
}
