/** A Kinesis record whose contents are on their way; `remaining` of its records are not yet stored, dropped or failed. */
export interface SourceRecordMark {
  sequenceNumber: string;
  remaining: number;
  sizeBytes: number;
  arrivalMs: number;
}

/**
 * Knows up to which record of a shard everything is done, though batches end in any order: the position is the last
 * of the records, from the first on, that have nothing remaining.
 */
export class ShardProgress {
  readonly #marks: SourceRecordMark[] = [];
  #head = 0;
  #position: string | undefined;

  /** `position` is the last record that is known to be done; undefined when there is none. */
  constructor(position: string | undefined) {
    this.#position = position;
  }

  get position(): string | undefined {
    return this.#position;
  }

  get pendingCount(): number {
    return this.#marks.length - this.#head;
  }

  /** The arrival of the first record that is not done; undefined when all are. */
  get oldestPendingArrivalMs(): number | undefined {
    return this.#marks[this.#head]?.arrivalMs;
  }

  /** Adds the shard's next Kinesis record, of which `remaining` records have to come to an end. */
  add(mark: SourceRecordMark): SourceRecordMark {
    this.#marks.push(mark);
    return mark;
  }

  /** Moves the position over all that is done; returns how many bytes that were. */
  advance(): number {
    let doneBytes = 0;
    for (let mark = this.#marks[this.#head]; mark && mark.remaining <= 0; mark = this.#marks[this.#head]) {
      this.#position = mark.sequenceNumber;
      doneBytes += mark.sizeBytes;
      this.#head++;
    }
    // The done part is cut off now and then, not at each record.
    if (this.#head > 1000 && this.#head * 2 > this.#marks.length) {
      this.#marks.splice(0, this.#head);
      this.#head = 0;
    }
    return doneBytes;
  }
}
