import type { Clock } from '../../clock.ts';

export interface BufferHints {
  maxBytes: number;
  /** From the first item on; 0 flushes what comes in together. */
  maxAgeMs: number;
}

/**
 * Collects items until their size or the age of the first reaches its hint, and then hands them over in order.
 * At most `concurrency` hand-overs run at a time; the next one waits.
 */
export class HintBuffer<Item> {
  readonly #hints: BufferHints;
  readonly #clock: Clock;
  readonly #flush: (items: Item[]) => Promise<void>;
  readonly #concurrency: number;
  readonly #waiting: Item[][] = [];
  #items: Item[] = [];
  #bytes = 0;
  #timer = new AbortController();
  #running = 0;
  #isClosed = false;

  constructor(hints: BufferHints, clock: Clock, concurrency: number, flush: (items: Item[]) => Promise<void>) {
    this.#hints = hints;
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#flush = flush;
  }

  get isIdle(): boolean {
    return this.#items.length === 0 && this.#waiting.length === 0 && this.#running === 0;
  }

  add(item: Item, bytes: number): void {
    if (this.#isClosed) return;
    if (this.#items.length > 0 && this.#bytes + bytes > this.#hints.maxBytes) this.flush();
    this.#items.push(item);
    this.#bytes += bytes;
    if (this.#items.length === 1) this.#startTimer();
    if (this.#bytes >= this.#hints.maxBytes) this.flush();
  }

  /** Hands over what is there, whatever its size and age. */
  flush(): void {
    this.#timer.abort();
    if (this.#items.length === 0) return;
    this.#waiting.push(this.#items);
    this.#items = [];
    this.#bytes = 0;
    this.#run();
  }

  /** Forgets what is not yet handed over. */
  close(): void {
    this.#isClosed = true;
    this.#timer.abort();
    this.#items = [];
    this.#waiting.length = 0;
  }

  #startTimer(): void {
    const timer = new AbortController();
    this.#timer = timer;
    void this.#flushAfter(timer.signal);
  }

  async #flushAfter(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(this.#hints.maxAgeMs, signal);
    if (!signal.aborted) this.flush();
  }

  #run(): void {
    while (this.#running < this.#concurrency) {
      const items = this.#waiting.shift();
      if (!items) break;
      this.#running++;
      void this.#flush(items).finally(() => {
        this.#running--;
        this.#run();
      });
    }
  }
}
