import type { Clock } from '../../../clock.ts';

/** Tokens a second, and at most that many saved up: one second of burst. `Infinity` never refuses. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #clock: Clock;
  #tokens: number;
  #filledAtMs: number;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#tokens = perSecond;
    this.#filledAtMs = clock.now();
  }

  /** Whether `amount` is there now. What exceeds a full bucket is let through by a full one, and leaves a debt. */
  holds(amount: number): boolean {
    if (this.#perSecond === Infinity) return true;
    this.#fill();
    return this.#tokens >= Math.min(amount, this.#perSecond);
  }

  /** Takes `amount`, into debt if need be; the debt is worked off at the bucket's rate. */
  take(amount: number): void {
    if (this.#perSecond !== Infinity) this.#tokens -= amount;
  }

  /** Takes `amount` and leaves the bucket unable to serve for the whole time that `amount` stands for. */
  exhaust(amount: number): void {
    if (this.#perSecond !== Infinity) this.#tokens = Math.min(this.#tokens, 0) - amount;
  }

  /** How long until the bucket holds `amount`, in milliseconds; 0 when it does now. */
  waitMs(amount: number): number {
    if (this.holds(amount)) return 0;
    return Math.ceil(((Math.min(amount, this.#perSecond) - this.#tokens) * 1000) / this.#perSecond);
  }

  #fill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (Math.max(0, now - this.#filledAtMs) * this.#perSecond) / 1000);
    this.#filledAtMs = now;
  }
}
