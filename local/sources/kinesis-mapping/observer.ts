import type { Invocation } from '../../invoke/invocation.ts';
import type { StreamRecord } from './stream-record.ts';

/** A step of a shard's position, or of what happened to records on the way. */
export interface Progress {
  shardId: string;
  /** What this is about, in the shard's order; a record may hold several of a producer's. */
  records: readonly StreamRecord[];
  /**
   * processed: the function took them. discarded: given up, and at the failure destination when there is one.
   * filtered: FilterCriteria dropped them. repeated: the function took them, but they are delivered again, as
   * at-least-once delivery may; they have not passed and come once more as one of the others.
   */
  outcome: 'processed' | 'discarded' | 'filtered' | 'repeated';
  /** The invocation that took them, for processed and repeated. */
  invocation?: Invocation | undefined;
}

/** Watches a mapping's progress. What it adds up can live in the shard's checkpoint, so that both survive or neither does. */
export interface MappingObserver {
  /** Called in the order in which things happen in a shard, before the checkpoint that contains it is written. */
  onProgress(progress: Progress): void;
  /** What to keep in the shard's checkpoint, as JSON; asked right after onProgress. */
  tallyOf?(shardId: string): unknown;
  /** Called at the start for each shard whose checkpoint has a tally. */
  restoreTally?(shardId: string, tally: unknown): void;
}
