/** First and longest bound of the wait between attempts, in milliseconds. */
export const BASE_WAIT_MS = 50;
export const MAX_WAIT_MS = 2_000;

/**
 * How long to wait after attempt `attempt` (from 1) failed: full jitter, a uniform draw below a bound that doubles.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitterMs(attempt: number, random: () => number): number {
  return Math.floor(random() * Math.min(MAX_WAIT_MS, BASE_WAIT_MS * 2 ** Math.min(attempt - 1, 16)));
}
