import { setTimeout as delay } from 'node:timers/promises';

/** The time that every local service reads, in milliseconds since the epoch, and its only way to wait. */
export interface Clock {
  now(): number;
  /** Resolves after `ms` of this clock, or at once when `signal` aborts; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * A clock that runs `speed` times as fast as the machine's from the moment it is made,
 * so that a test sees a minute's record age or a five-minute iterator in seconds, over real sockets.
 */
export function clockAtSpeed(speed: number): Clock {
  if (!(speed > 0)) throw new RangeError(`clock speed: expected a number above 0, got ${speed}`);
  const startedAt = Date.now();
  return {
    now: () => (speed === 1 ? Date.now() : Math.floor(startedAt + (Date.now() - startedAt) * speed)),
    sleep: async (ms, signal) => {
      await delay(Math.max(0, ms) / speed, undefined, { signal }).catch(() => undefined);
    },
  };
}

/** The machine's own time. */
export const systemClock: Clock = clockAtSpeed(1);
