import type { Segment } from './segment.ts';

/** Keeps the most recently read segments in memory, up to a number of bytes, and releases the others. */
export class SegmentCache {
  readonly #capacityBytes: number;
  readonly #held = new Set<Segment>();
  #bytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** Notes that a sealed segment is in memory and was used now. */
  use(segment: Segment): void {
    if (this.#held.delete(segment)) {
      this.#held.add(segment);
      return;
    }
    this.#held.add(segment);
    this.#bytes += segment.heldBytes;
    for (const oldest of this.#held) {
      if (this.#bytes <= this.#capacityBytes || oldest === segment) break;
      this.forget(oldest);
      oldest.release();
    }
  }

  forget(segment: Segment): void {
    if (this.#held.delete(segment)) this.#bytes -= segment.heldBytes;
  }
}
