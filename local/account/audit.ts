import type { UndeliveredRecord } from '../services/firehose/ledger.ts';
import type { Account } from './account.ts';
import type { DeliveredIds } from './delivered-ids.ts';
import { eventIdentity } from './identity.ts';

/** A record as the stream holds it, after de-aggregation; `data` is its payload as text. */
export interface StreamedEvent {
  shardId: string;
  sequenceNumber: string;
  subSequenceNumber: number;
  data: string;
}

/** What is stored. Each function reads from the beginning, as often as it is called. */
export interface AuditSources {
  /** Ids of the events that the API accepted and the stream must still hold. */
  acknowledged(): Iterable<string[]>;
  /** Everything the stream still holds. */
  streamed(): Iterable<StreamedEvent[]>;
  /** The lake's objects, in any order; an id more than once where its record was delivered twice. */
  delivered(): AsyncIterable<DeliveredIds>;
  undelivered: readonly UndeliveredRecord[];
}

type Fate = { kind: 'lost' | 'delivered' | 'failed' | 'pending' } | { kind: 'dropped' | 'quarantined'; reason: string };

/** The highest that holds for any record of an event is the event's fate: what is in the lake is delivered. */
const PRECEDENCE = ['lost', 'pending', 'failed', 'quarantined', 'dropped', 'delivered'] as const;
const LOST: Fate = { kind: 'lost' };
const PENDING: Fate = { kind: 'pending' };
const DELIVERED: Fate = { kind: 'delivered' };

/** Events whose fates are in memory at a time, some 150 bytes each; a larger stream is read in several passes. */
export const EVENTS_A_PASS = 4_000_000;

/**
 * Adds up where every event is, from what is stored and not from counters that a crash would lose: it holds after any
 * restart. Accepted is what the API acknowledged or the stream holds. Nothing makes the sum come out: an acknowledged
 * event that is nowhere has no fate, and one in the lake that nobody sent is delivered without having been accepted.
 * What the stream's retention has trimmed is no longer part of it.
 */
export async function auditLake(sources: AuditSources, expectedEvents: number, eventsAPass = EVENTS_A_PASS): Promise<Omit<Account, 'scoring'>> {
  const undelivered = new Map(sources.undelivered.map((record) => [position(record), fateOf(record)]));
  const passes = Math.max(1, Math.ceil(expectedEvents / eventsAPass));
  const account = { accepted: 0, delivered: 0, dropped: {}, quarantined: {}, failed: 0, pending: 0 };
  for (let pass = 0; pass < passes; pass++) {
    const isOfPass = (id: string): boolean => passes === 1 || share(id, passes) === pass;
    const fates = fatesOnTheStream(sources, undelivered, isOfPass);
    const unknown = await findDelivered(sources, fates, isOfPass);
    account.accepted += fates.size;
    account.delivered += unknown.size;
    for (const fate of fates.values()) {
      if (fate.kind === 'dropped' || fate.kind === 'quarantined') increment(account[fate.kind], fate.reason);
      else if (fate.kind !== 'lost') account[fate.kind] += 1;
    }
  }
  return account;
}

function fatesOnTheStream({ acknowledged, streamed }: AuditSources, undelivered: ReadonlyMap<string, Fate>, isOfPass: (id: string) => boolean): Map<string, Fate> {
  const fates = new Map<string, Fate>();
  for (const ids of acknowledged()) for (const id of ids) if (isOfPass(id)) fates.set(id, LOST);
  for (const records of streamed()) {
    for (const record of records) {
      const at = position(record);
      const id = eventIdentity(record.data) ?? at;
      if (!isOfPass(id)) continue;
      const fate = undelivered.get(at) ?? PENDING;
      const before = fates.get(id);
      if (!before || rank(fate) > rank(before)) fates.set(id, fate);
    }
  }
  return fates;
}

/** Marks what is in the lake as delivered, and returns the ids that should have been on the stream and were not. */
async function findDelivered({ delivered }: AuditSources, fates: Map<string, Fate>, isOfPass: (id: string) => boolean): Promise<Set<string>> {
  const unknown = new Set<string>();
  for await (const { ids, isWithinRetention } of delivered()) {
    for (const id of ids) {
      if (!isOfPass(id)) continue;
      if (fates.has(id)) fates.set(id, DELIVERED);
      else if (isWithinRetention) unknown.add(id);
    }
  }
  return unknown;
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

/** The same share of `shares` for the same id, evenly for random ids. */
function share(id: string, shares: number): number {
  let sum = 0;
  for (let index = 0; index < id.length; index++) sum = (Math.imul(sum, 31) + id.charCodeAt(index)) >>> 0;
  return sum % shares;
}

function increment(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
