import type { KinesisStreamRecord } from 'aws-lambda';
import type { OrderedKinesisProcessor, Unit } from '../../core/aws/ordered-kinesis-processor.ts';
import { readBatch, type BatchEvent } from '../../core/domain/scoring-batch.ts';
import { NotStartedError } from '../../core/domain/visitor/errors.ts';
import type { PositionedEvent } from '../../core/domain/visitor/fold.ts';
import type { AlertSender, FailureStore, Log, QuarantinedUserRecord, ScoringMetrics, VisitorStore } from '../../core/ports.ts';
import { countOutcomes, type Outcome } from './count-outcomes.ts';
import { scoreVisitor } from './score-visitor.ts';

export interface ScoreDeps {
  processor: OrderedKinesisProcessor;
  visitors: VisitorStore;
  failures: FailureStore;
  alerts: AlertSender;
  metrics: ScoringMetrics;
  log: Log;
}

/** Units of work at a time: more would only queue in the connections of one environment. */
const UNITS_AT_A_TIME = 16;
/** Nothing is begun with less time before the function's time-out, in milliseconds: it would soon be cut off. */
export const START_RESERVE_MS = 3_000;

/**
 * Scores one batch. What can never be applied is quarantined and counts as done; the lowest record that something
 * transient stopped is reported, and Lambda delivers from there again.
 */
export async function run(deps: ScoreDeps, records: KinesisStreamRecord[], remainingMs: () => number) {
  const events = readBatch(records.map(deliveredRecord));
  const outcomes = new Map<BatchEvent, Outcome>();
  const checkTime = () => {
    const remaining = remainingMs();
    if (remaining < START_RESERVE_MS) throw new NotStartedError(remaining, START_RESERVE_MS);
  };
  const units = [...quarantineUnits(deps, events, outcomes, checkTime), ...visitorUnits(deps, events, outcomes, checkTime)]
    // From the front of the batch, so that the checkpoint moves as far as the time allows.
    .toSorted((a, b) => (a.recordIndexes[0] ?? 0) - (b.recordIndexes[0] ?? 0));
  for (const event of events) if (event.content.kind === 'keyless') outcomes.set(event, 'applied');

  const response = await deps.processor.processUnits(records, units, UNITS_AT_A_TIME);
  const checkpoint = response.batchItemFailures[0]?.itemIdentifier;
  const counts = countOutcomes(events, outcomes, checkpoint);
  deps.metrics.record(counts);
  deps.log.info('batch scored', { records: records.length, events: events.length, ...counts });
  if (checkpoint !== undefined) deps.log.warn('batch to be delivered again', { from: checkpoint, errors: errorNames(deps.processor.errors) });
  return response;
}

/** A unit for each delivered record, however many of its user records are refused: a single put moves past it. */
function quarantineUnits({ failures }: ScoreDeps, events: readonly BatchEvent[], outcomes: Map<BatchEvent, Outcome>, checkTime: () => void): Unit[] {
  const refused = Map.groupBy(events.filter(({ content }) => content.kind === 'refused'), ({ recordIndex }) => recordIndex);
  return [...refused].map(([recordIndex, members]) => ({
    recordIndexes: [recordIndex],
    run: async () => {
      checkTime();
      const { position: { shardId, sequenceNumber }, arrivedAtMs } = members[0] as BatchEvent;
      await failures.put({ shardId, sequenceNumber, arrivedAtMs, userRecords: members.flatMap(quarantined) });
      for (const member of members) if (member.content.kind === 'refused') outcomes.set(member, { quarantined: member.content.code });
    },
  }));
}

function quarantined({ content, position: { subSequenceNumber }, payload }: BatchEvent): QuarantinedUserRecord[] {
  if (content.kind !== 'refused') return [];
  const { code, reason, eventId } = content;
  return [{ subSequenceNumber, code, reason, eventId, payload }];
}

function visitorUnits(deps: ScoreDeps, events: readonly BatchEvent[], outcomes: Map<BatchEvent, Outcome>, checkTime: () => void): Unit[] {
  const groups = new Map<string, { key: string; visitor: string; members: BatchEvent[]; events: PositionedEvent[] }>();
  for (const member of events) {
    if (member.content.kind !== 'visitor') continue;
    const { visitorKey: key, visitor, event } = member.content;
    const group = groups.get(key) ?? { key, visitor, members: [], events: [] };
    group.members.push(member);
    group.events.push({ position: member.position, event });
    groups.set(key, group);
  }
  let states: ReturnType<VisitorStore['read']> | undefined;
  return [...groups.values()].map((group) => ({
    recordIndexes: [...new Set(group.members.map(({ recordIndex }) => recordIndex))],
    run: async () => {
      checkTime();
      // One read for all visitors of the batch, when the first of them starts.
      states ??= deps.visitors.read([...groups.keys()]);
      const results = await scoreVisitor(deps, group, (await states).get(group.key), checkTime);
      group.members.forEach((member, at) => outcomes.set(member, results[at] as Outcome));
    },
  }));
}

function deliveredRecord({ eventID, kinesis }: KinesisStreamRecord) {
  return {
    shardId: eventID.split(':', 1)[0] as string,
    sequenceNumber: kinesis.sequenceNumber,
    partitionKey: kinesis.partitionKey,
    arrivedAtMs: Math.round(kinesis.approximateArrivalTimestamp * 1000),
    data: Buffer.from(kinesis.data, 'base64'),
  };
}

function errorNames(errors: readonly Error[]): string[] {
  return [...new Set(errors.map(({ name }) => name))];
}
