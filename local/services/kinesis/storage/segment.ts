import { closeSync, openSync, readFileSync, truncateSync, unlinkSync, writeSync } from 'node:fs';
import { frameArrivalMs, frameEnd, framePayloadBytes, FRAME_OVERHEAD_BYTES, readFrame, writeFrame } from './record-frame.ts';
import type { StoredRecord } from './record-frame.ts';

const FIRST_BUFFER_BYTES = 65_536;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const UTF8_BYTES_PER_UNIT = 3;

/**
 * A run of consecutive records of a shard: in memory while it is written to or read,
 * and, given a file, also there, from which it comes back after `release`.
 */
export class Segment {
  readonly firstPlace: number;
  readonly file: string | undefined;
  #count = 0;
  #writtenCount = 0;
  #firstArrivalMs = Infinity;
  #lastArrivalMs = 0;
  #bytes: Buffer | undefined;
  #length = 0;
  #written = 0;
  #offsets: number[] = [];
  #descriptor: number | undefined;

  constructor(firstPlace: number, file?: string) {
    this.firstPlace = firstPlace;
    this.file = file;
  }

  /** A segment whose file is whole and stays in the file until it is read; `count` and the arrivals at its ends are known. */
  static cold(firstPlace: number, file: string, count: number, firstArrivalMs: number, lastArrivalMs: number): Segment {
    const segment = new Segment(firstPlace, file);
    segment.#firstArrivalMs = firstArrivalMs;
    segment.#count = segment.#writtenCount = count;
    segment.#lastArrivalMs = lastArrivalMs;
    return segment;
  }

  /**
   * The segment in a file that was being written when its process ended:
   * what follows the last whole frame is cut off, in the file too.
   */
  static recovered(firstPlace: number, file: string): Segment {
    const segment = new Segment(firstPlace, file);
    const fileBytes = segment.#load();
    if (segment.#length < fileBytes) truncateSync(file, segment.#length);
    segment.#written = segment.#length;
    segment.#count = segment.#writtenCount = segment.#offsets.length;
    const [first, last] = [segment.#offsets[0], segment.#offsets.at(-1)];
    if (first !== undefined) segment.#firstArrivalMs = frameArrivalMs(segment.#bytes!, first);
    if (last !== undefined) segment.#lastArrivalMs = frameArrivalMs(segment.#bytes!, last);
    return segment;
  }

  /** The place after the last record. */
  get endPlace(): number {
    return this.firstPlace + this.#count;
  }

  /** The place after the last record that is as durable as it gets: in the file, if there is one. */
  get durableEndPlace(): number {
    return this.firstPlace + (this.file === undefined ? this.#count : this.#writtenCount);
  }

  /** Infinity when the segment is empty. */
  get firstArrivalMs(): number {
    return this.#firstArrivalMs;
  }

  /** 0 when the segment is empty. */
  get lastArrivalMs(): number {
    return this.#lastArrivalMs;
  }

  /** Bytes held in memory. */
  get heldBytes(): number {
    return this.#bytes?.length ?? 0;
  }

  get length(): number {
    return this.#length;
  }

  append(record: { arrivalMs: number; encrypted: boolean; partitionKey: string; data: string }): void {
    const room = FRAME_OVERHEAD_BYTES + record.partitionKey.length * UTF8_BYTES_PER_UNIT + record.data.length;
    this.#makeRoom(this.#length + room);
    this.#offsets.push(this.#length);
    this.#length = writeFrame(this.#bytes!, this.#length, record);
    if (this.#count++ === 0) this.#firstArrivalMs = record.arrivalMs;
    this.#lastArrivalMs = record.arrivalMs;
  }

  /** Writes what is not in the file yet; when it throws, the next call writes the same bytes again. */
  flush(): void {
    if (this.file === undefined || this.#written === this.#length) return;
    this.#descriptor ??= openSync(this.file, 'a+');
    while (this.#written < this.#length) {
      this.#written += writeSync(this.#descriptor, this.#bytes!, this.#written, this.#length - this.#written);
    }
    this.#writtenCount = this.#count;
  }

  read(place: number): StoredRecord {
    this.#ensureHeld();
    return readFrame(this.#bytes!, this.#offsets[place - this.firstPlace]!, place);
  }

  arrivalMsAt(place: number): number {
    this.#ensureHeld();
    return frameArrivalMs(this.#bytes!, this.#offsets[place - this.firstPlace]!);
  }

  payloadBytesAt(place: number): number {
    this.#ensureHeld();
    return framePayloadBytes(this.#bytes!, this.#offsets[place - this.firstPlace]!);
  }

  /** Gives the memory back, if everything is in the file. */
  release(): void {
    if (this.file === undefined || this.#writtenCount < this.#count) return;
    this.close();
    this.#bytes = undefined;
    this.#offsets = [];
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  delete(): void {
    this.close();
    this.#bytes = undefined;
    if (this.file !== undefined) unlinkSync(this.file);
  }

  #makeRoom(needed: number): void {
    const held = this.#bytes?.length ?? 0;
    if (needed <= held) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, held * 2, FIRST_BUFFER_BYTES));
    this.#bytes?.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  #ensureHeld(): void {
    if (this.#bytes !== undefined) return;
    this.#load();
    if (this.#offsets.length < this.#count) {
      throw new Error(
        `${this.file}: expected ${this.#count} whole records, found ${this.#offsets.length}. The file was damaged; delete the data folder to start afresh.`,
      );
    }
  }

  #load(): number {
    const bytes = readFileSync(this.file!);
    this.#offsets = [];
    let offset = 0;
    for (let end = frameEnd(bytes, 0, bytes.length); end !== undefined; end = frameEnd(bytes, offset, bytes.length)) {
      this.#offsets.push(offset);
      offset = end;
    }
    this.#bytes = bytes;
    this.#length = this.#written = offset;
    return bytes.length;
  }
}
