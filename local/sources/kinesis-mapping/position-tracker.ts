/** How far a shard is done: all up to `position`, and beyond it those that parallel lanes finished earlier. */
export interface DonePositions {
  /** undefined: nothing yet. */
  position: string | undefined;
  ahead: string[];
}

/**
 * Keeps the order in which a shard's records were read and which of them are done, so that the position never passes
 * an unfinished record, whatever order the lanes finish in.
 */
export class PositionTracker {
  private position: string | undefined;
  /** Done beyond the position, in this run or before it. */
  private readonly ahead: Set<string>;
  /** Read and not yet passed, in order; true when done. */
  private readonly open = new Map<string, boolean>();
  private unfinished = 0;

  constructor({ position, ahead }: DonePositions) {
    this.position = position;
    this.ahead = new Set(ahead);
  }

  /** Records that were read and are not done. */
  get pending(): number {
    return this.unfinished;
  }

  /** Records that were read and are done, behind one that is not: what a snapshot has to list. */
  get doneAhead(): number {
    return this.open.size - this.unfinished;
  }

  /** Takes note of a record that was read; false when an earlier run has finished it already. */
  read(sequenceNumber: string): boolean {
    const isDone = this.ahead.has(sequenceNumber);
    this.open.set(sequenceNumber, isDone);
    if (isDone) this.advance();
    else this.unfinished += 1;
    return !isDone;
  }

  done(sequenceNumbers: Iterable<string>): void {
    for (const sequenceNumber of sequenceNumbers) {
      if (this.open.get(sequenceNumber) !== false) continue;
      this.open.set(sequenceNumber, true);
      this.ahead.add(sequenceNumber);
      this.unfinished -= 1;
    }
    this.advance();
  }

  snapshot(): DonePositions {
    return { position: this.position, ahead: [...this.ahead] };
  }

  private advance(): void {
    for (const [sequenceNumber, isDone] of this.open) {
      if (!isDone) return;
      this.position = sequenceNumber;
      this.open.delete(sequenceNumber);
      this.ahead.delete(sequenceNumber);
    }
  }
}
