import type { Clock } from '../../../clock.ts';

const MINUTE_MS = 60_000;
/** Three hours, as long as CloudWatch keeps data points of less than a minute. */
const MINUTES_KEPT = 180;

/** What happened in a shard in one minute, under CloudWatch's names of the shard-level metrics. */
export interface MinuteOfMetrics {
  /** The minute's start, ms since the epoch. */
  minuteMs: number;
  /** Of successful puts, data and keys. */
  IncomingBytes: number;
  IncomingRecords: number;
  OutgoingBytes: number;
  OutgoingRecords: number;
  /** Records that were refused. */
  WriteProvisionedThroughputExceeded: number;
  /** Calls that were refused. */
  ReadProvisionedThroughputExceeded: number;
  /** The largest age of a last record that was read in the minute; 0 when readers were at the tip. */
  IteratorAgeMilliseconds: number;
}

type Counter = Exclude<keyof MinuteOfMetrics, 'minuteMs' | 'IteratorAgeMilliseconds'>;

/** Counts by minute for the last three hours; minutes without traffic are absent. */
export class ShardMetrics {
  readonly #clock: Clock;
  readonly #minutes: MinuteOfMetrics[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(counter: Counter, amount: number): void {
    this.#current()[counter] += amount;
  }

  observeIteratorAge(ageMs: number): void {
    const minute = this.#current();
    minute.IteratorAgeMilliseconds = Math.max(minute.IteratorAgeMilliseconds, ageMs);
  }

  /** Oldest first. */
  minutes(): MinuteOfMetrics[] {
    return this.#minutes.map((minute) => ({ ...minute }));
  }

  #current(): MinuteOfMetrics {
    const minuteMs = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
    const last = this.#minutes.at(-1);
    if (last?.minuteMs === minuteMs) return last;
    const minute: MinuteOfMetrics = {
      minuteMs,
      IncomingBytes: 0,
      IncomingRecords: 0,
      OutgoingBytes: 0,
      OutgoingRecords: 0,
      WriteProvisionedThroughputExceeded: 0,
      ReadProvisionedThroughputExceeded: 0,
      IteratorAgeMilliseconds: 0,
    };
    this.#minutes.push(minute);
    if (this.#minutes.length > MINUTES_KEPT) this.#minutes.shift();
    return minute;
  }
}
