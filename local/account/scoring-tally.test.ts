import { describe, expect, it } from '@jest/globals';
import type { Invocation } from '../invoke/invocation.ts';
import type { StreamRecord } from '../sources/kinesis-mapping/stream-record.ts';
import { ScoringTally } from './scoring-tally.ts';

const SHARD = 'shardId-000000000000';
/** Two events, of the keys "a" and "b", in one record of the KPL's format: magic, protobuf message, MD5; made in Python. */
const AGGREGATED = '84mawgoBYQoBYhoGCAAaAngxGgYIARoCeDL5MSCD+N+sMItdLZZMUrT8';

function record(Data: string): StreamRecord {
  return { SequenceNumber: '1', PartitionKey: 'a', Data, ApproximateArrivalTimestamp: 0 };
}

function invocation(metrics: [name: string, value: number, code?: string][]): Invocation {
  return {
    requestId: 'r', payload: {}, functionError: undefined, logs: [], coldStart: false, durationMs: 1,
    metrics: metrics.map(([name, value, code]) => ({ namespace: 'Millrace', name, unit: 'Count', values: [value], dimensions: { ...(code !== undefined && { code }) } })),
  };
}

describe('ScoringTally', () => {
  it('counts the events that passed, by what the function says of them', () => {
    const tally = new ScoringTally();

    tally.onProgress({
      shardId: SHARD, outcome: 'processed', records: [record('e30='), record('e30='), record('e30=')],
      invocation: invocation([['EventsApplied', 1], ['EventsDuplicate', 1], ['EventsQuarantined', 1, 'not_json']]),
    });
    tally.onProgress({ shardId: 'shardId-000000000001', outcome: 'discarded', records: [record('e30=')] });
    tally.onProgress({ shardId: SHARD, outcome: 'filtered', records: [record('e30=')] });

    expect(tally.total()).toEqual({ consumed: 4, applied: 1, duplicates: 1, quarantined: { not_json: 1 }, failed: 1 });
  });

  it('counts the events inside an aggregated record', () => {
    const tally = new ScoringTally();

    tally.onProgress({ shardId: SHARD, outcome: 'processed', records: [record(AGGREGATED)], invocation: invocation([['EventsApplied', 2]]) });

    expect(tally.total()).toMatchObject({ consumed: 2, applied: 2 });
  });

  it('goes on from what the checkpoints kept', () => {
    const before = new ScoringTally();
    before.onProgress({ shardId: SHARD, outcome: 'processed', records: [record('e30=')], invocation: invocation([['EventsApplied', 1]]) });
    const after = new ScoringTally();

    after.restoreTally(SHARD, JSON.parse(JSON.stringify(before.tallyOf(SHARD))));

    expect(after.total()).toEqual({ consumed: 1, applied: 1, duplicates: 0, quarantined: {}, failed: 0 });
  });
});
