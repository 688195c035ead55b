import { deaggregate } from '../../core/domain/kpl/deaggregate.ts';
import type { EmbeddedMetric } from '../invoke/invocation.ts';
import type { MappingObserver, Progress } from '../sources/kinesis-mapping/observer.ts';
import type { ScoringAccount } from './account.ts';

type Tally = Omit<ScoringAccount, 'pending'>;

/**
 * Adds up what score-events says of the deliveries that it took, shard by shard. `consumed` is the mapping's own count
 * of events, and the rest the function's, from its metrics: that they agree is the proof. Sums are kept in the mapping's
 * checkpoints, so that a restart goes on from them.
 */
export class ScoringTally implements MappingObserver {
  readonly #byShard = new Map<string, Tally>();

  onProgress({ shardId, records, outcome, invocation }: Progress): void {
    // What FilterCriteria drop never reaches the function: it is no delivery.
    if (outcome === 'filtered') return;
    const tally = this.tallyOf(shardId);
    const events = sum(records.map(({ PartitionKey, Data }) => deaggregate(PartitionKey, Buffer.from(Data, 'base64')).length));
    tally.consumed += events;
    if (outcome === 'discarded') tally.failed += events;
    for (const { name, dimensions, values } of invocation?.metrics ?? []) add(tally, name, dimensions, values);
  }

  tallyOf(shardId: string): Tally {
    let tally = this.#byShard.get(shardId);
    if (!tally) this.#byShard.set(shardId, (tally = emptyTally()));
    return tally;
  }

  restoreTally(shardId: string, tally: unknown): void {
    this.#byShard.set(shardId, { ...emptyTally(), ...(tally as Tally) });
  }

  /** The sums over all shards. */
  total(): Tally {
    const all = emptyTally();
    for (const { consumed, applied, duplicates, quarantined, failed } of this.#byShard.values()) {
      all.consumed += consumed;
      all.applied += applied;
      all.duplicates += duplicates;
      all.failed += failed;
      for (const [code, count] of Object.entries(quarantined)) all.quarantined[code] = (all.quarantined[code] ?? 0) + count;
    }
    return all;
  }
}

function add(tally: Tally, name: string, dimensions: EmbeddedMetric['dimensions'], values: readonly number[]): void {
  const count = sum(values);
  if (name === 'EventsApplied') tally.applied += count;
  if (name === 'EventsDuplicate') tally.duplicates += count;
  if (name === 'EventsQuarantined') {
    const code = dimensions['code'] ?? 'unstated';
    tally.quarantined[code] = (tally.quarantined[code] ?? 0) + count;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function emptyTally(): Tally {
  return { consumed: 0, applied: 0, duplicates: 0, quarantined: {}, failed: 0 };
}
