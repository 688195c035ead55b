import type { UndeliveredRecord } from '../services/firehose/ledger.ts';
import { eventIdentity } from './identity.ts';
import type { Account } from './account.ts';

/** A record as the stream holds it, after de-aggregation; `data` is its payload as text. */
export interface StreamedEvent {
  shardId: string;
  sequenceNumber: string;
  subSequenceNumber: number;
  data: string;
}

export interface AuditSources {
  /** Everything the stream still holds. */
  streamed: Iterable<StreamedEvent[]>;
  /** The event ids of the lake's objects, in any order, more than once where a record was delivered twice. */
  delivered: AsyncIterable<string[]>;
  undelivered: readonly UndeliveredRecord[];
}

type Fate = { kind: 'delivered' | 'failed' | 'pending' } | { kind: 'dropped' | 'quarantined'; reason: string };

/** The first that holds for any record of an event is the event's fate: what is in the lake is delivered. */
const PRECEDENCE = ['pending', 'failed', 'quarantined', 'dropped', 'delivered'] as const;
const PENDING: Fate = { kind: 'pending' };
const DELIVERED: Fate = { kind: 'delivered' };

/**
 * Adds up where the events of the stream are, from what is stored and not from counters that a crash would lose:
 * it holds after any restart. What the stream's retention has trimmed is no longer part of it.
 */
export async function auditLake(sources: AuditSources): Promise<Omit<Account, 'scoring'>> {
  const delivered = new Set<string>();
  for await (const ids of sources.delivered) for (const id of ids) delivered.add(id);

  const undelivered = new Map<string, Fate>();
  for (const record of sources.undelivered) undelivered.set(position(record), fateOf(record));

  const fates = new Map<string, Fate>();
  for (const records of sources.streamed) {
    for (const record of records) {
      const at = position(record);
      const id = eventIdentity(record.data) ?? at;
      const fate = delivered.has(id) ? DELIVERED : (undelivered.get(at) ?? PENDING);
      const before = fates.get(id);
      if (!before || rank(fate) > rank(before)) fates.set(id, fate);
    }
  }

  const account = { accepted: fates.size, delivered: 0, dropped: {}, quarantined: {}, failed: 0, pending: 0 };
  for (const fate of fates.values()) {
    if (fate.kind === 'dropped' || fate.kind === 'quarantined') increment(account[fate.kind], fate.reason);
    else account[fate.kind] += 1;
  }
  return account;
}

function fateOf(record: UndeliveredRecord): Fate {
  if (record.result === 'Failed') return { kind: 'failed' };
  const answer = parsed(record.data);
  return record.result === 'Dropped'
    ? { kind: 'dropped', reason: text(answer['reason']) }
    : { kind: 'quarantined', reason: text(answer['code']) };
}

function parsed(data: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : 'unstated';
}

function rank(fate: Fate): number {
  return PRECEDENCE.indexOf(fate.kind);
}

function position(record: Pick<StreamedEvent, 'shardId' | 'sequenceNumber' | 'subSequenceNumber'>): string {
  return `${record.shardId}:${record.sequenceNumber}:${record.subSequenceNumber}`;
}

function increment(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
