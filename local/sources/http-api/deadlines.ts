import type { Clock } from '../../clock.ts';

/** How late a deadline may be noticed, in milliseconds of the clock. */
const STEP_MS = 100;

/**
 * Deadlines of requests in flight, watched by one timer for all: a timer a request that is then aborted costs more
 * than the rest of the gateway together. The timer runs only while something is in flight.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #pending = new Set<{ atMs: number; expire: () => void }>();
  #isWatching = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `expire` once `ms` have passed, unless the returned function is called before. */
  set(ms: number, expire: () => void): () => void {
    const deadline = { atMs: this.#clock.now() + ms, expire };
    this.#pending.add(deadline);
    if (!this.#isWatching) void this.#watch();
    return () => this.#pending.delete(deadline);
  }

  /** Forgets all deadlines. */
  clear(): void {
    this.#pending.clear();
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    while (this.#pending.size > 0) {
      await this.#clock.sleep(STEP_MS);
      const nowMs = this.#clock.now();
      for (const deadline of this.#pending) {
        if (deadline.atMs > nowMs) continue;
        this.#pending.delete(deadline);
        deadline.expire();
      }
    }
    this.#isWatching = false;
  }
}
