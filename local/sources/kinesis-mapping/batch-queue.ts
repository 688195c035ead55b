import type { Clock } from '../../clock.ts';

/** Lambda's limit of an event, base64 included, in bytes of JSON. */
export const LARGEST_EVENT_BYTES = 6 * 1024 * 1024;
/** What an event holds besides its records: `{"Records":[…]}`. */
const EVENT_FRAME_BYTES = 14;

export interface BatchRules<Item> {
  batchSize: number;
  windowMs: number;
  /** Bytes that an item adds to the event. */
  bytesOf(item: Item): number;
  /** Bytes of the event besides its records (a window's state); 0 when absent. */
  extraBytes?: () => number;
  /** Whether an item may share a batch with the batch's first. */
  mayJoin?: (first: Item, item: Item) => boolean;
}

/**
 * What was read and not yet handed out, in order, and when the next batch is due: when it has `batchSize` records,
 * when another record would take it above 6 MB, or when its window is over. The window opens when the first record is
 * there and the previous batch is done.
 */
export class BatchQueue<Item> {
  private items: { item: Item; bytes: number; queuedAtMs: number }[] = [];
  private queuedBytes = 0;
  private ended = false;
  private wakeUp: () => void = () => undefined;
  private changed = new Promise<void>((resolve) => (this.wakeUp = resolve));
  private readonly rules: BatchRules<Item>;
  private readonly clock: Clock;

  constructor(rules: BatchRules<Item>, clock: Clock) {
    this.rules = rules;
    this.clock = clock;
  }

  get length(): number {
    return this.items.length;
  }

  get bytes(): number {
    return this.queuedBytes;
  }

  get first(): Item | undefined {
    return this.items[0]?.item;
  }

  get isEnded(): boolean {
    return this.ended;
  }

  push(item: Item): void {
    const bytes = this.rules.bytesOf(item);
    this.items.push({ item, bytes, queuedAtMs: this.clock.now() });
    this.queuedBytes += bytes;
    this.notify();
  }

  /** Nothing more will come: what is left need not wait for its window. */
  end(): void {
    this.ended = true;
    this.notify();
  }

  /** Wakes whoever waits for a change. */
  notify(): void {
    const wake = this.wakeUp;
    this.changed = new Promise((resolve) => (this.wakeUp = resolve));
    wake();
  }

  /** Resolves at the next change, or when `signal` aborts. */
  async nextChange(signal: AbortSignal, withinMs?: number): Promise<void> {
    if (signal.aborted) return;
    const waiting = new AbortController();
    const stop = (): void => waiting.abort();
    signal.addEventListener('abort', stop, { once: true });
    await Promise.race([
      this.changed,
      withinMs === undefined ? new Promise<void>((resolve) => waiting.signal.addEventListener('abort', () => resolve())) : this.clock.sleep(withinMs, waiting.signal),
    ]);
    signal.removeEventListener('abort', stop);
    waiting.abort();
  }

  /** The next batch when it is due; undefined when there will be none, or when `signal` aborts. */
  async next(signal: AbortSignal): Promise<Item[] | undefined> {
    const openedAtMs = this.clock.now();
    while (!signal.aborted) {
      const count = this.countOfNext();
      const head = this.items[0];
      if (head === undefined) {
        if (this.ended) return undefined;
        await this.nextChange(signal);
        continue;
      }
      const remainingMs = Math.max(openedAtMs, head.queuedAtMs) + this.rules.windowMs - this.clock.now();
      const isFull = count === this.rules.batchSize || count < this.items.length;
      if (isFull || this.ended || remainingMs <= 0) return this.take(count);
      await this.nextChange(signal, remainingMs);
    }
    return undefined;
  }

  /** How many of the first items go into the next batch: at least one, if there is any. */
  private countOfNext(): number {
    const first = this.items[0]?.item;
    let bytes = EVENT_FRAME_BYTES + (this.rules.extraBytes?.() ?? 0);
    let count = 0;
    for (const { item, bytes: itemBytes } of this.items) {
      bytes += itemBytes;
      if (count === this.rules.batchSize || (count > 0 && bytes > LARGEST_EVENT_BYTES)) break;
      if (count > 0 && this.rules.mayJoin?.(first as Item, item) === false) break;
      count += 1;
    }
    return count;
  }

  private take(count: number): Item[] {
    const taken = this.items.splice(0, count);
    for (const { bytes } of taken) this.queuedBytes -= bytes;
    this.notify();
    return taken.map(({ item }) => item);
  }
}
