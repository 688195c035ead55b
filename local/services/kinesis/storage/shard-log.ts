import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Segment } from './segment.ts';
import type { SegmentCache } from './segment-cache.ts';
import { frameEnd } from './record-frame.ts';
import type { StoredRecord } from './record-frame.ts';

/** Where a shard's records are kept; without a directory, in memory only. */
export interface ShardLogOptions {
  directory?: string | undefined;
  segmentBytes: number;
  cache: SegmentCache;
}

const SEGMENT_FILE = /^(\d{16})\.log$/;

/**
 * The records of one shard, append-only, at places 1, 2, 3 …: segments of a few MiB, of which the newest is in memory
 * and older ones come back from their files when they are read.
 */
export class ShardLog {
  readonly #options: ShardLogOptions;
  #segments: Segment[] = [];

  constructor(options: ShardLogOptions) {
    this.#options = options;
    if (options.directory !== undefined) {
      mkdirSync(options.directory, { recursive: true });
      this.#segments = openSegments(options.directory);
    }
    if (this.#segments.length === 0) this.#addSegment(1);
  }

  /** The place of the oldest record that is still kept. */
  get firstPlace(): number {
    return this.#segments[0]!.firstPlace;
  }

  /** The place of the next record. */
  get endPlace(): number {
    return this.#segments.at(-1)!.endPlace;
  }

  /** The place after the last record that readers may see: it would survive the end of the process. */
  get durableEndPlace(): number {
    return this.#segments.find((segment) => segment.durableEndPlace < segment.endPlace)?.durableEndPlace ?? this.endPlace;
  }

  /** No kept record is older; Infinity when there is none. */
  get oldestArrivalMs(): number {
    return this.#segments[0]!.firstArrivalMs;
  }

  /** 0 when nothing was ever written. */
  get lastArrivalMs(): number {
    return this.#segments.at(-1)!.lastArrivalMs || (this.#segments.at(-2)?.lastArrivalMs ?? 0);
  }

  /** Takes a record into memory and returns its place; `flush` makes it durable. */
  append(record: { arrivalMs: number; encrypted: boolean; partitionKey: string; data: string }): number {
    let segment = this.#segments.at(-1)!;
    if (segment.length >= this.#options.segmentBytes) segment = this.#addSegment(segment.endPlace);
    segment.append(record);
    return segment.endPlace - 1;
  }

  flush(): void {
    for (let index = Math.max(0, this.#firstUnwritten()); index < this.#segments.length; index++) {
      const segment = this.#segments[index]!;
      segment.flush();
      if (index < this.#segments.length - 1 && segment.file !== undefined) this.#options.cache.use(segment);
    }
  }

  /** Calls `visit` with the records from `place` on, up to the durable end, until it returns false. */
  scan(place: number, visit: (record: StoredRecord) => boolean): void {
    const end = this.durableEndPlace;
    let next = Math.max(place, this.firstPlace);
    while (next < end) {
      const segment = this.#segmentOf(next);
      const until = Math.min(end, segment.endPlace);
      for (; next < until; next++) if (!visit(segment.read(next))) return;
    }
  }

  /** The bytes of key and data of the record at `place`. */
  payloadBytesAt(place: number): number {
    return this.#segmentOf(place).payloadBytesAt(place);
  }

  arrivalMsAt(place: number): number {
    return this.#segmentOf(place).arrivalMsAt(place);
  }

  /** The place of the first kept record that arrived at or after `timestampMs`, or the end place. */
  placeAt(timestampMs: number): number {
    const segment = this.#segments.find((candidate) => candidate.lastArrivalMs >= timestampMs);
    if (!segment) return this.endPlace;
    let low = segment.firstPlace;
    let high = segment.endPlace - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.arrivalMsAt(middle) >= timestampMs) high = middle;
      else low = middle + 1;
    }
    // Of a segment that was only looked at from outside, the last arrival is an upper bound.
    return this.arrivalMsAt(low) >= timestampMs ? low : low + 1;
  }

  /** Deletes the segments, all but the newest, whose records all lie before `place`. */
  dropBefore(place: number): void {
    while (this.#segments.length > 1 && this.#segments[0]!.endPlace <= place) {
      const oldest = this.#segments.shift()!;
      this.#options.cache.forget(oldest);
      oldest.delete();
    }
  }

  close(): void {
    for (const segment of this.#segments) segment.close();
  }

  delete(): void {
    this.close();
    for (const segment of this.#segments) this.#options.cache.forget(segment);
    if (this.#options.directory !== undefined) rmSync(this.#options.directory, { recursive: true, force: true });
  }

  #firstUnwritten(): number {
    let index = this.#segments.length - 1;
    while (index > 0 && this.#segments[index - 1]!.durableEndPlace < this.#segments[index - 1]!.endPlace) index--;
    return index;
  }

  #addSegment(firstPlace: number): Segment {
    const { directory } = this.#options;
    const file = directory === undefined ? undefined : join(directory, `${String(firstPlace).padStart(16, '0')}.log`);
    const segment = new Segment(firstPlace, file);
    this.#segments.push(segment);
    return segment;
  }

  #segmentOf(place: number): Segment {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#segments[middle]!.firstPlace <= place) low = middle;
      else high = middle - 1;
    }
    const segment = this.#segments[low]!;
    if (low < this.#segments.length - 1 && segment.file !== undefined) {
      segment.arrivalMsAt(segment.firstPlace);
      this.#options.cache.use(segment);
    }
    return segment;
  }
}

/** The segments in a directory; only the last one can have been cut short, the others stay in their files. */
function openSegments(directory: string): Segment[] {
  const places = readdirSync(directory)
    .flatMap((name) => SEGMENT_FILE.exec(name)?.slice(1) ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const fileOf = (place: number): string => join(directory, `${String(place).padStart(16, '0')}.log`);
  const segments: Segment[] = [];
  // The newest file may hold nothing yet, or nothing whole; then the one before it is the newest.
  while (places.length > 1 && firstFrameBroken(fileOf(places.at(-1)!))) unlinkSync(fileOf(places.pop()!));
  let laterArrivalMs = Infinity;
  for (let index = places.length - 1; index >= 0; index--) {
    const place = places[index]!;
    const next = places[index + 1];
    const segment =
      next === undefined
        ? Segment.recovered(place, fileOf(place))
        : Segment.cold(place, fileOf(place), next - place, firstArrivalMs(fileOf(place)), laterArrivalMs);
    segments.unshift(segment);
    laterArrivalMs = segment.firstArrivalMs;
  }
  return segments;
}

function firstFrameBroken(file: string): boolean {
  const bytes = readFileSync(file);
  return frameEnd(bytes, 0, bytes.length) === undefined;
}

const ARRIVAL_OFFSET_BYTES = 8;

/** The arrival of a file's first record, or 0 when it has none. */
function firstArrivalMs(file: string): number {
  const head = Buffer.alloc(16);
  const descriptor = openSync(file, 'r');
  const read = readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  return read === head.length ? head.readDoubleLE(ARRIVAL_OFFSET_BYTES) : 0;
}
