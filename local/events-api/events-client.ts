import type { Clock } from '../clock.ts';
import { keepAlivePoster, type Answer } from './exchange.ts';

export interface ClientOptions {
  /** The API's root, or its /events. */
  url: string;
  writeKey: string;
  /** Connections, and so requests, at a time. */
  maxSockets: number;
  clock: Clock;
  /** In [0, 1), for the jitter. */
  random: () => number;
  /** Tries of one request, the first one too. */
  maxAttempts?: number;
}

/** What became of the events of one `post`; each is in exactly one of the three. */
export interface Posted {
  accepted: number;
  /** Refused for good; `index` is the place in the array that was posted. */
  rejected: { index: number; code: string; reason: string }[];
  /** Neither accepted nor refused when the tries or the caller's patience ended; they may or may not be stored. */
  unanswered: { indexes: number[]; reason: string };
  /** Requests beyond the first. */
  retries: number;
}

export interface EventsClient {
  /** Posts up to 500 events that have their ids. It never rejects: what went wrong is in the outcome. `signal` ends the retries. */
  post(events: readonly object[], headers?: Record<string, string>, signal?: AbortSignal): Promise<Posted>;
  close(): void;
}

/** With the waits below about half a minute of patience. */
const MAX_ATTEMPTS = 10;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/**
 * Posts events as a good client does: what was throttled, not stored or not answered is sent again after a wait with
 * full jitter and under the same event ids; what was accepted or refused is not.
 */
export function eventsClient({ url, writeKey, maxSockets, clock, random, maxAttempts = MAX_ATTEMPTS }: ClientOptions): EventsClient {
  const poster = keepAlivePoster(eventsUrl(url), maxSockets);
  return {
    async post(events, headers = {}, signal) {
      const posted: Posted = { accepted: 0, rejected: [], unanswered: { indexes: [], reason: '' }, retries: 0 };
      let pending = events.map((_event, index) => index);
      for (let attempt = 1; pending.length > 0; attempt++) {
        const body = JSON.stringify({ events: pending.map((index) => events[index]) });
        const answer = await poster.post(body, { ...headers, 'x-write-key': writeKey }).catch((error: unknown) => describe(error));
        const verdict = typeof answer === 'string' ? { again: pending, reason: answer } : settle(answer, pending, posted);
        pending = verdict.again;
        if (pending.length === 0) break;
        if (attempt >= maxAttempts || signal?.aborted) {
          posted.unanswered = { indexes: pending, reason: verdict.reason };
          break;
        }
        const backoffMs = random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
        await clock.sleep((typeof answer === 'string' ? 0 : answer.retryAfterMs) + backoffMs, signal);
        posted.retries++;
      }
      return posted;
    },
    close: poster.close,
  };
}

/** The address to post to. Throws TypeError for what is no http(s) URL. */
export function eventsUrl(url: string): URL {
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw new TypeError(`expected http: or https:, got ${parsed.protocol}`);
  if (!/\/events\/?$/.test(parsed.pathname)) parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/events`;
  return parsed;
}

/** Books what the answer decides into `posted`, and returns what is to be sent again. */
function settle(answer: Answer, pending: number[], posted: Posted): { again: number[]; reason: string } {
  const results = readResults(answer.body);
  if (results?.length === pending.length) {
    const again: number[] = [];
    for (const [place, result] of results.entries()) {
      const index = pending[place]!;
      if (result.status === 'accepted') posted.accepted++;
      else if (result.code === 'not_stored') again.push(index);
      else posted.rejected.push({ index, code: result.code ?? 'unstated', reason: result.reason ?? '' });
    }
    return { again, reason: 'the stream did not take them' };
  }
  const reason = `${answer.status} ${problem(answer.body)}`.trim();
  if (answer.status === 429 || answer.status >= 500 || answer.status < 300) return { again: pending, reason };
  for (const index of pending) posted.rejected.push({ index, code: `http_${answer.status}`, reason });
  return { again: [], reason };
}

function readResults(body: string): { status?: string; code?: string; reason?: string }[] | undefined {
  const results = (parse(body) as { results?: unknown } | undefined)?.results;
  return Array.isArray(results) ? results.map((result) => (result ?? {}) as object) : undefined;
}

/** The words of an error answer: a JSON problem's, the gateway's `message`, or the text itself. */
function problem(body: string): string {
  const json = parse(body) as Record<string, unknown> | undefined;
  const words = json && typeof json === 'object' ? (json.detail ?? json.reason ?? json.title ?? json.message ?? json.code) : undefined;
  return (typeof words === 'string' ? words : body).slice(0, 200);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // Happy-eyeballs failures are AggregateErrors with an empty message.
  return message || code || String(error);
}
