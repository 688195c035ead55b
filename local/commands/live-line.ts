/** Counters of a running cloud, cheap to read at any moment; the account at the end is an audit and owes them nothing. */
export interface LiveCounters {
  streamed: number;
  scored: number;
  inLake: number;
  dropped: number;
  shards: number;
}

/** One line on where traffic is, with the rate of the stream since `before`. */
export function liveLine(now: LiveCounters, before: LiveCounters, elapsedSeconds: number): string {
  const perSecond = elapsedSeconds > 0 ? (now.streamed - before.streamed) / elapsedSeconds : 0;
  const count = (value: number): string => value.toLocaleString('en-US');
  return [
    `stream ${count(now.streamed)} (${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s, ${now.shards} shard${now.shards === 1 ? '' : 's'})`,
    `scored ${count(now.scored)}`,
    `in lake ${count(now.inLake)}`,
    `dropped ${count(now.dropped)}`,
    `on its way ${count(Math.max(0, now.streamed - now.inLake - now.dropped))}`,
  ].join(' · ');
}

const TERMINAL_INTERVAL_MS = 500;
const LOG_INTERVAL_MS = 10_000;

/**
 * Keeps one line up to date on a terminal; elsewhere (a file, a pipe) prints a line every ten seconds.
 * Returns how to stop it, which leaves the last state printed.
 */
export function showLive(read: () => LiveCounters, out: NodeJS.WriteStream): () => void {
  let before = read();
  let at = performance.now();
  const show = (): void => {
    const now = read();
    const line = liveLine(now, before, (performance.now() - at) / 1000);
    before = now;
    at = performance.now();
    if (out.isTTY) out.write(`\r\u001B[2K${line.slice(0, Math.max(20, out.columns - 1))}`);
    else out.write(`${line}\n`);
  };
  const timer = setInterval(show, out.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    show();
    if (out.isTTY) out.write('\n');
  };
}
