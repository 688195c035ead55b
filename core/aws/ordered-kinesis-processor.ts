import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { PartialItemFailureResponse, PartialItemFailures } from '@aws-lambda-powertools/batch/types';
import type { KinesisStreamRecord } from 'aws-lambda';
import { startLimited } from '../domain/scheduling.ts';

/** Work that belongs together, such as all events of one visitor; it covers the records at these indexes. */
export interface Unit {
  recordIndexes: readonly number[];
  run(): Promise<void>;
}

/**
 * Powertools' processor for work whose order matters inside a unit but not between units. Powertools itself runs all
 * records at once, or goes on behind a failed one; here a record succeeds when all its units did.
 */
export class OrderedKinesisProcessor extends BatchProcessor {
  constructor() {
    super(EventType.KinesisDataStreams);
  }

  /** Runs every unit once, at most `limit` at a time, and answers with the lowest failed sequence number only. */
  async processUnits(records: KinesisStreamRecord[], units: readonly Unit[], limit: number): Promise<PartialItemFailureResponse> {
    const unitsOf = new Map<KinesisStreamRecord, Promise<void>[]>();
    startLimited(units.map((unit) => () => unit.run()), limit).forEach((done, at) => {
      // Handled here once and for all: a record that fails by one unit does not wait for the others.
      done.catch(() => undefined);
      for (const index of units[at]?.recordIndexes ?? []) {
        const record = records[index] as KinesisStreamRecord;
        const others = unitsOf.get(record);
        if (others) others.push(done);
        else unitsOf.set(record, [done]);
      }
    });
    const handler = async (record: KinesisStreamRecord): Promise<void> => {
      const outcomes = await Promise.allSettled(unitsOf.get(record) ?? []);
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure) throw failure.reason;
    };
    // A full failure is an answer too: a function error would bisect the batch and count as an attempt of all of it.
    return processPartialResponse({ Records: records }, handler, this, { throwOnFullBatchFailure: false });
  }

  /** Lambda delivers everything from the lowest reported number on again; the others say nothing more. */
  override collectKinesisFailures(): PartialItemFailures[] {
    const lowest = super.collectKinesisFailures().toSorted((a, b) => (BigInt(a.itemIdentifier) < BigInt(b.itemIdentifier) ? -1 : 1))[0];
    return lowest ? [lowest] : [];
  }
}
