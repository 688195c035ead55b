import type { Clock } from '../clock.ts';
import type { Posted } from '../events-api/events-client.ts';
import { pageView, type LoggedPageView } from './page-view.ts';
import { parseLine } from './parse-line.ts';
import { MAX_LINE_BYTES, readLines } from './read-lines.ts';

/** lines = posted + unparseable, and posted = accepted + rejected + unanswered. */
export interface ReplaySummary {
  /** Lines that were read: all of the file unless `stopped` says why not. */
  lines: number;
  posted: number;
  unparseable: number;
  accepted: number;
  /** By the code that the API gave. */
  rejected: Record<string, number>;
  /** Neither accepted nor rejected when the tries ended. */
  unanswered: number;
  retries: number;
  stopped: string | undefined;
  /** The first few of each, for a person to look at. */
  unparseableSamples: { line: number; reason: string; text: string }[];
  rejectedSamples: { line: number; code: string; reason: string }[];
}

export interface ReplayOptions {
  source: AsyncIterable<Buffer>;
  post(events: LoggedPageView[], signal: AbortSignal): Promise<Posted>;
  clock: Clock;
  /** When the n-th line (from 0), of this time, is due, in ms since the start; undefined is at once. */
  pace?: (index: number, timeMs: number) => number;
  /** Requests in flight. One visitor's lines keep their order whatever it is. */
  lanes?: number;
  onProgress?: (lines: number) => void;
  signal?: AbortSignal;
}

/** Lines a request. The API takes 500; smaller ones are answered sooner and cost little more. */
export const LINES_PER_REQUEST = 100;
const MAX_REQUEST_CHARS = 1_000_000;
const SAMPLES = 5;
/** Waiting in steps this long lets lines that are due together travel together. */
const PACE_STEP_MS = 50;

interface Lane {
  batch: { number: number; event: LoggedPageView }[];
  chars: number;
  inFlight: Promise<void>;
}

/**
 * Posts a log's lines as page views and counts every line in one place. What the API leaves unanswered ends the replay:
 * starting it again is harmless, as the ids are the same. Rejects only when the source cannot be read at all.
 */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const { clock, pace } = options;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const lanes = Array.from({ length: options.lanes ?? 4 }, (): Lane => ({ batch: [], chars: 0, inFlight: Promise.resolve() }));
  const summary: ReplaySummary = {
    lines: 0, posted: 0, unparseable: 0, accepted: 0, rejected: {}, unanswered: 0, retries: 0,
    stopped: undefined, unparseableSamples: [], rejectedSamples: [],
  };

  const flush = async (lane: Lane): Promise<void> => {
    await lane.inFlight;
    const batch = lane.batch;
    [lane.batch, lane.chars] = [[], 0];
    if (batch.length > 0) lane.inFlight = options.post(batch.map(({ event }) => event), signal).then((posted) => book(batch, posted));
  };
  const book = (batch: Lane['batch'], posted: Posted): void => {
    summary.posted += batch.length;
    summary.accepted += posted.accepted;
    summary.retries += posted.retries;
    for (const { index, code, reason } of posted.rejected) {
      summary.rejected[code] = (summary.rejected[code] ?? 0) + 1;
      if (summary.rejectedSamples.length < SAMPLES) summary.rejectedSamples.push({ line: batch[index]?.number ?? 0, code, reason });
    }
    if (posted.unanswered.indexes.length === 0) return;
    summary.unanswered += posted.unanswered.indexes.length;
    summary.stopped ??= `the API did not answer: ${posted.unanswered.reason}`;
    stop.abort();
  };
  const flushAll = (): Promise<unknown> => Promise.all(lanes.map(flush));

  const startedMs = clock.now();
  try {
    reading: for await (const lines of readLines(options.source)) {
      for (const { number, text, tooLong } of lines) {
        if (signal.aborted) break reading;
        summary.lines = number;
        const parsed = tooLong ? { ok: false as const, reason: `longer than ${MAX_LINE_BYTES} bytes` } : parseLine(text);
        if (!parsed.ok) {
          summary.unparseable++;
          if (summary.unparseableSamples.length < SAMPLES) summary.unparseableSamples.push({ line: number, reason: parsed.reason, text: sample(text) });
          continue;
        }
        const waitMs = pace ? startedMs + pace(number - 1, parsed.request.timeMs) - clock.now() : 0;
        if (waitMs > PACE_STEP_MS) {
          await flushAll();
          await clock.sleep(waitMs, signal);
        }
        const event = pageView(parsed.request, number, text);
        const lane = lanes[Number.parseInt(event.anonymous_id.slice(-6), 16) % lanes.length]!;
        lane.batch.push({ number, event });
        lane.chars += text.length;
        if (lane.batch.length < LINES_PER_REQUEST && lane.chars <= MAX_REQUEST_CHARS) continue;
        await flush(lane);
        options.onProgress?.(number);
      }
    }
  } catch (error) {
    if (summary.lines === 0) throw error;
    summary.stopped = `the file could not be read on after line ${summary.lines}: ${(error as Error).message}`;
  }
  await flushAll();
  await Promise.all(lanes.map((lane) => lane.inFlight));
  options.onProgress?.(summary.lines);
  if (options.signal?.aborted) summary.stopped ??= 'interrupted';
  return summary;
}

/** The beginning of a line, fit for a terminal. */
function sample(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text).slice(1, -1);
}
