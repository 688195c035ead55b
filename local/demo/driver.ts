import type { Clock } from '../clock.ts';
import { eventsClient } from '../events-api/events-client.ts';
import type { DemoRequest } from './demo-shop.ts';

/** The header from which the local API takes a request's source address when it is told to. */
export const SOURCE_IP_HEADER = 'x-millrace-source-ip';

/** posted = accepted + rejected by code + unanswered, once the driver has stopped. */
export interface DriverCounts {
  posted: number;
  accepted: number;
  rejected: Record<string, number>;
  unanswered: number;
  retries: number;
}

export interface DriverOptions {
  requests: Iterator<DemoRequest>;
  url: string;
  writeKey: string;
  clock: Clock;
  random: () => number;
  maxInFlight?: number;
}

export interface Driver {
  counts(): DriverCounts;
  /** How far the requests lag behind the time at which they were due: above 0 when the API takes fewer than come. */
  behindMs(): number;
  /** Sends nothing more, gives what is in flight five seconds to be answered, and resolves to the final counts. */
  stop(): Promise<DriverCounts>;
}

const STOP_PATIENCE_MS = 5_000;
/** As many cold starts as a laptop bears at once; more requests in flight only wait inside. */
const DEFAULT_IN_FLIGHT = 8;

/**
 * Posts each request when it is due, or as soon as one of `maxInFlight` places is free, under its visitor's address and
 * agent. A visitor's requests go one after the other. It runs until it is stopped.
 */
export function startDriver({ requests, url, writeKey, clock, random, maxInFlight = DEFAULT_IN_FLIGHT }: DriverOptions): Driver {
  const client = eventsClient({ url, writeKey, maxSockets: maxInFlight, clock, random });
  const counts: DriverCounts = { posted: 0, accepted: 0, rejected: {}, unanswered: 0, retries: 0 };
  const inFlight = new Set<Promise<void>>();
  const lastOfVisitor = new Map<string, Promise<void>>();
  const [stopping, impatient] = [new AbortController(), new AbortController()];
  let lagMs = 0;

  const post = async ({ ip, userAgent, events }: DemoRequest): Promise<void> => {
    const posted = await client.post(events, { 'user-agent': userAgent, [SOURCE_IP_HEADER]: ip }, impatient.signal);
    counts.posted += events.length;
    counts.accepted += posted.accepted;
    counts.unanswered += posted.unanswered.indexes.length;
    counts.retries += posted.retries;
    for (const { code } of posted.rejected) counts.rejected[code] = (counts.rejected[code] ?? 0) + 1;
  };
  const start = (request: DemoRequest): void => {
    const visitor = request.events[0]?.anonymous_id ?? '';
    const sent = (lastOfVisitor.get(visitor) ?? Promise.resolve()).then(() => post(request));
    lastOfVisitor.set(visitor, sent);
    inFlight.add(sent);
    void sent.finally(() => {
      inFlight.delete(sent);
      if (lastOfVisitor.get(visitor) === sent) lastOfVisitor.delete(visitor);
    });
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const next = requests.next();
      if (next.done) return;
      const dueMs = next.value.atMs;
      lagMs = Math.max(0, clock.now() - dueMs);
      // A timer may wake a little early, so it is asked again.
      while (clock.now() < dueMs && !stopping.signal.aborted) await clock.sleep(dueMs - clock.now(), stopping.signal);
      while (inFlight.size >= maxInFlight) await Promise.race(inFlight);
      if (!stopping.signal.aborted) start(next.value);
    }
  };

  const running = run();
  let stopped: Promise<DriverCounts> | undefined;
  const stop = async (): Promise<DriverCounts> => {
    stopping.abort();
    await running;
    const patience = new AbortController();
    void clock.sleep(STOP_PATIENCE_MS, patience.signal).then(() => impatient.abort());
    await Promise.all(inFlight);
    patience.abort();
    client.close();
    return counts;
  };
  return {
    counts: () => ({ ...counts, rejected: { ...counts.rejected } }),
    behindMs: () => lagMs,
    stop: () => (stopped ??= stop()),
  };
}
