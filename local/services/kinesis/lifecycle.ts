import type { Account } from './account.ts';
import { equalRanges } from './streams/hash-keys.ts';
import { nextStepToEqualShards, takeStep } from './streams/reshard.ts';
import type { PendingWork, Stream, StreamStatus } from './streams/stream.ts';

/** How often records and shards that left the retention period are dropped. */
const EXPIRY_SWEEP_MS = 60_000;

/**
 * Ends, at its time by the account's clock, the work that keeps streams and consumers CREATING, UPDATING or DELETING,
 * and sweeps out what has expired. Work that a stopped process left is taken up where it was.
 */
export class Lifecycle {
  readonly #account: Account;
  readonly #stopped = new AbortController();

  constructor(account: Account) {
    this.#account = account;
    for (const stream of account.streams.values()) {
      if (stream.state.pending) void this.#finish(stream);
      for (const consumer of stream.state.consumers) if (consumer.status !== 'ACTIVE') void this.settleConsumer(stream, consumer.arn);
    }
    void this.#sweep();
  }

  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Puts the stream in `status` until the work is done. */
  begin(stream: Stream, status: StreamStatus, work: PendingWork): void {
    stream.state.status = status;
    stream.state.pending = work;
    stream.save();
    void this.#finish(stream);
  }

  /** Moves a consumer on to ACTIVE, or out, at its time. */
  async settleConsumer(stream: Stream, consumerArn: string): Promise<void> {
    const consumer = stream.state.consumers.find(({ arn }) => arn === consumerArn);
    if (!consumer) return;
    await this.#account.clock.sleep(consumer.settledMs - this.#account.clock.now(), this.stopped);
    if (this.stopped.aborted) return;
    if (consumer.status === 'DELETING') {
      stream.state.consumers = stream.state.consumers.filter((other) => other !== consumer);
    } else consumer.status = 'ACTIVE';
    if (this.#account.streams.get(stream.state.name) === stream) stream.save();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #finish(stream: Stream): Promise<void> {
    for (let work = stream.state.pending; work; work = stream.state.pending) {
      await this.#account.clock.sleep(work.untilMs - this.#account.clock.now(), this.stopped);
      // A DeleteStream may have taken the place of the work that was waited for.
      if (this.stopped.aborted || stream.state.pending !== work) return;
      if (work.kind === 'delete') {
        this.#account.remove(stream);
        return;
      }
      stream.state.pending = this.#advance(stream, work);
      if (!stream.state.pending) stream.state.status = 'ACTIVE';
      stream.commit();
    }
  }

  /** Does the work that is due and says what is left of it. */
  #advance(stream: Stream, work: PendingWork): PendingWork | undefined {
    switch (work.kind) {
      case 'create':
        for (const range of equalRanges(work.shardCount)) stream.addShard(range);
        return undefined;
      case 'step':
        takeStep(stream, work.step);
        return undefined;
      case 'shardCount': {
        const step = nextStepToEqualShards(stream.openShards, work.target);
        if (step) takeStep(stream, step);
        if (!nextStepToEqualShards(stream.openShards, work.target)) return undefined;
        return { ...work, untilMs: this.#account.clock.now() + this.#account.settings.updateShardCountStepMs };
      }
      default:
        return undefined;
    }
  }

  async #sweep(): Promise<void> {
    while (!this.stopped.aborted) {
      await this.#account.clock.sleep(EXPIRY_SWEEP_MS, this.stopped);
      if (this.stopped.aborted) return;
      for (const stream of this.#account.streams.values()) if (stream.state.status !== 'DELETING') stream.expireShards();
    }
  }
}
