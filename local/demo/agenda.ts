/** Appointments in the order of their time, and of their making where times are equal: a binary heap. */
export class Agenda<Item> {
  readonly #heap: { atMs: number; order: number; item: Item }[] = [];
  #made = 0;

  add(atMs: number, item: Item): void {
    const heap = this.#heap;
    heap.push({ atMs, order: this.#made++, item });
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (this.#precedes(parent, at)) break;
      this.#swap(parent, at);
      at = parent;
    }
  }

  /** The earliest item, taken out, if its time has come. */
  takeDue(nowMs: number): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (!first || first.atMs > nowMs) return undefined;
    const last = heap.pop()!;
    if (heap.length === 0) return first.item;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= heap.length) break;
      const child = right < heap.length && this.#precedes(right, left) ? right : left;
      if (this.#precedes(at, child)) break;
      this.#swap(at, child);
      at = child;
    }
    return first.item;
  }

  #precedes(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a]!, this.#heap[b]!];
    return first.atMs < second.atMs || (first.atMs === second.atMs && first.order < second.order);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}
