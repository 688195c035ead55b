import type { Alert } from './contracts/alert.ts';
import type { StreamEntry } from './domain/streaming/stream-entry.ts';
import type { VisitorState } from './domain/visitor/state.ts';

/** The time, and the only way to wait. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** A stream of events. */
export interface EventStream {
  /**
   * Puts entries and answers for each, in their order, whether the stream has it. It never rejects for what the
   * stream refuses, and it ends before `deadlineMs` (epoch). True is certain; false may be there nevertheless,
   * when only the answer was lost.
   */
  put(entries: readonly StreamEntry[], deadlineMs: number): Promise<boolean[]>;
}

/** The state of visitors, one item each. */
export interface VisitorStore {
  /** The stored states of these keys; a key without one is not in the map. Reads what the last write wrote. */
  read(keys: readonly string[]): Promise<Map<string, VisitorState>>;
  /**
   * Stores `state`, whose version must be one above what is stored (0 for nothing stored).
   * Rejects with VersionConflictError when it is not: somebody else wrote in between.
   */
  write(key: string, state: VisitorState): Promise<void>;
  /** Forgets the pending alerts of the state of this version; does nothing when there is another version by now. */
  clearPendingAlerts(key: string, version: number): Promise<void>;
}

/** Where goes what can never be applied, so that it does not stop what is behind it. */
export interface FailureStore {
  /**
   * Stores all that was refused of one delivered record as one object, under a name that depends on the record
   * alone: delivered again, it overwrites itself.
   */
  put(quarantined: QuarantinedRecord): Promise<void>;
}

export interface QuarantinedRecord {
  shardId: string;
  sequenceNumber: string;
  arrivedAtMs: number;
  userRecords: readonly QuarantinedUserRecord[];
}

/** One user record that was refused, with its place inside the delivered record. */
export interface QuarantinedUserRecord {
  subSequenceNumber: number;
  code: string;
  reason: string;
  eventId: string | undefined;
  payload: Uint8Array;
}

export interface AlertSender {
  /** Sends the alert once for its id, as far as an at-least-once queue can; rejects when it may not be sent. */
  send(alert: Alert): Promise<void>;
}

/** What became of the events of one invocation, up to the checkpoint that it returned. */
export interface ScoringCounts {
  applied: number;
  duplicate: number;
  /** By code. */
  quarantined: Record<string, number>;
}

export interface ScoringMetrics {
  record(counts: ScoringCounts): void;
}

/** A log of facts; never of payloads, ids of people, or keys. */
export interface Log {
  info(message: string, details: Record<string, unknown>): void;
  warn(message: string, details: Record<string, unknown>): void;
}
