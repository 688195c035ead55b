import type { Clock } from '../../clock.ts';

/** A token bucket: `burstLimit` requests at once, refilled by `rateLimit` a second of the clock. Each call asks for one. */
export function requestRate({ rateLimit, burstLimit }: { rateLimit: number; burstLimit: number }, clock: Clock): () => boolean {
  let tokens = burstLimit;
  let filledAtMs = clock.now();
  return () => {
    const nowMs = clock.now();
    tokens = Math.min(burstLimit, tokens + ((nowMs - filledAtMs) / 1000) * rateLimit);
    filledAtMs = nowMs;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
