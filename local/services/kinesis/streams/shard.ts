import type { Clock } from '../../../clock.ts';
import type { KinesisSettings } from '../settings.ts';
import type { Journaled } from '../storage/journal.ts';
import type { StoredRecord } from '../storage/record-frame.ts';
import { ShardLog } from '../storage/shard-log.ts';
import type { SegmentCache } from '../storage/segment-cache.ts';
import type { HashKeyRange } from './hash-keys.ts';
import { hexOf } from './hash-keys.ts';
import { LAST_PLACE, sequenceNumber, shardPart } from './sequence-number.ts';
import { ShardMetrics } from './shard-metrics.ts';
import { TokenBucket } from './token-bucket.ts';

/** What makes a shard, and all of it that outlives the process besides its records. */
export interface ShardDescription {
  index: number;
  createdSeconds: number;
  range: HashKeyRange;
  parentShardId?: string | undefined;
  adjacentParentShardId?: string | undefined;
  /** Absent while the shard is open. */
  closedMs?: number | undefined;
  /** Records before this place have left the retention period for good. */
  trimmedPlace: number;
}

/** What a shard needs of its surroundings. */
export interface ShardOptions {
  clock: Clock;
  settings: KinesisSettings;
  cache: SegmentCache;
  directory?: string | undefined;
}

/** `shardId-000000000007` */
export function shardIdOf(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`;
}

/** One shard: its place in the key space and the lineage, its records, its limits and its metrics. */
export class Shard implements Journaled {
  readonly id: string;
  readonly description: ShardDescription;
  /** The first hash key, as 32 hex digits. */
  readonly startHex: string;
  readonly log: ShardLog;
  readonly writeRecords: TokenBucket;
  readonly writeBytes: TokenBucket;
  readonly readCalls: TokenBucket;
  readonly readBytes: TokenBucket;
  readonly metrics: ShardMetrics;
  readonly #clock: Clock;
  readonly #part: bigint;
  readonly #watchers = new Set<() => void>();

  constructor(description: ShardDescription, { clock, settings, cache, directory }: ShardOptions) {
    this.id = shardIdOf(description.index);
    this.description = description;
    this.startHex = hexOf(description.range.start);
    this.log = new ShardLog({ directory, segmentBytes: settings.segmentBytes, cache });
    this.writeRecords = new TokenBucket(settings.writeRecordsPerSecond, clock);
    this.writeBytes = new TokenBucket(settings.writeBytesPerSecond, clock);
    this.readCalls = new TokenBucket(settings.readCallsPerSecond, clock);
    this.readBytes = new TokenBucket(settings.readBytesPerSecond, clock);
    this.metrics = new ShardMetrics(clock);
    this.#clock = clock;
    this.#part = shardPart(description.createdSeconds, description.index);
  }

  get open(): boolean {
    return this.description.closedMs === undefined;
  }

  get startingSequenceNumber(): string {
    return sequenceNumber(this.#part, 0, this.description.createdSeconds);
  }

  /** Undefined while the shard is open. */
  get endingSequenceNumber(): string | undefined {
    const { closedMs } = this.description;
    return closedMs === undefined ? undefined : sequenceNumber(this.#part, LAST_PLACE, Math.floor(closedMs / 1000));
  }

  sequenceNumberOf(place: number, arrivalMs: number): string {
    return sequenceNumber(this.#part, place, Math.floor(arrivalMs / 1000));
  }

  /** Takes a record, which a journal then makes durable; arrivals never run backwards. */
  append(partitionKey: string, data: string, encrypted: boolean): { sequenceNumber: string; arrivalMs: number } {
    const arrivalMs = Math.max(this.#clock.now(), this.log.lastArrivalMs);
    const place = this.log.append({ arrivalMs, encrypted, partitionKey, data });
    return { sequenceNumber: this.sequenceNumberOf(place, arrivalMs), arrivalMs };
  }

  /** The oldest place that may be read: what is older than `horizonMs` is trimmed, and stays so. */
  trimHorizon(horizonMs: number): number {
    const { description, log } = this;
    const oldest = Math.max(description.trimmedPlace, log.firstPlace);
    if (log.oldestArrivalMs < horizonMs && oldest < log.durableEndPlace && log.arrivalMsAt(oldest) < horizonMs) {
      description.trimmedPlace = Math.min(log.placeAt(horizonMs), log.durableEndPlace);
      log.dropBefore(description.trimmedPlace);
      return description.trimmedPlace;
    }
    return oldest;
  }

  scan(place: number, visit: (record: StoredRecord) => boolean): void {
    this.log.scan(place, visit);
  }

  /** Closes the shard: its records stay readable, new ones go to its children. */
  shut(): void {
    this.description.closedMs = Math.max(this.#clock.now(), this.log.lastArrivalMs);
    this.#wake();
  }

  flush(): void {
    this.log.flush();
  }

  flushed(): void {
    this.#wake();
  }

  /** Calls `watcher` whenever there may be something new to read, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
