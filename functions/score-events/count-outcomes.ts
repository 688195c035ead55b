import type { BatchEvent } from '../../core/domain/scoring-batch.ts';
import type { ScoringCounts } from '../../core/ports.ts';

export type Outcome = 'applied' | 'duplicate' | { quarantined: string };

/**
 * Counts what became of the events below the checkpoint, so that each is counted in the one invocation that moved
 * the checkpoint past it: what lies above is delivered, and counted, again.
 */
export function countOutcomes(events: readonly BatchEvent[], outcomes: ReadonlyMap<BatchEvent, Outcome>, checkpoint: string | undefined): ScoringCounts {
  const counts: ScoringCounts = { applied: 0, duplicate: 0, quarantined: {} };
  for (const event of events) {
    if (checkpoint !== undefined && BigInt(event.position.sequenceNumber) >= BigInt(checkpoint)) continue;
    const outcome = outcomes.get(event);
    if (outcome === 'applied' || outcome === 'duplicate') counts[outcome] += 1;
    else if (outcome) counts.quarantined[outcome.quarantined] = (counts.quarantined[outcome.quarantined] ?? 0) + 1;
  }
  return counts;
}
