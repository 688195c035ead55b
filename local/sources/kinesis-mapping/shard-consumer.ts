import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import type { FunctionInvoker, Invocation } from '../../invoke/invocation.ts';
import type { KinesisMapping } from '../../template/deployment.ts';
import { retryDelayMs } from './backoff.ts';
import { BatchQueue, LARGEST_EVENT_BYTES } from './batch-queue.ts';
import type { Checkpoint, Checkpoints } from './checkpoints.ts';
import { deliver, type DeliveryRules, type GiveUp } from './delivery.ts';
import { eventRecord, eventRecordBytes, type EventNames } from './event.ts';
import type { FailureDestinationClient } from './failure-destination.ts';
import { failureDocument, failureObjectKey } from './failure-document.ts';
import { verdictOf, type Verdict } from './failure-report.ts';
import type { MappingObserver, Progress } from './observer.ts';
import { PositionTracker } from './position-tracker.ts';
import type { RecordFilter } from './record-filter.ts';
import { readShard, type StartPosition } from './shard-reader.ts';
import type { KinesisSource, StreamRecord } from './stream-record.ts';
import { isTooLarge, windowFields, windowStartMs, type OpenWindow } from './tumbling-window.ts';

/** What the consumers of a mapping's shards share. */
export interface MappingContext {
  mapping: KinesisMapping;
  names: EventNames & { streamArn: string; functionArn: string };
  consumerArn: string | undefined;
  kinesis: KinesisSource;
  invoker: FunctionInvoker;
  destination: FailureDestinationClient | undefined;
  filter: RecordFilter;
  checkpoints: Checkpoints;
  observer: MappingObserver | undefined;
  clock: Clock;
  faults: Faults;
  signal: AbortSignal;
  /** How long the stream keeps records, in milliseconds. */
  retentionMs(): number;
}

/** Records that a lane may hold before reading pauses: two full batches, and a whole GetRecords answer at least. */
const LEAST_QUEUE_RECORDS = 10_000;
const MOST_QUEUE_BYTES = 2 * LARGEST_EVENT_BYTES;
/**
 * Records that may be done behind one that is not, before reading pauses: each checkpoint lists them. What was read
 * until then is still delivered. A key whose records fail thus holds back its shard in the end, not only its lane.
 */
const MOST_RECORDS_AHEAD = 10_000;

/**
 * Reads one shard and delivers it: in one lane, or with a ParallelizationFactor in several, each partition key always
 * in the same. After every step the shard's checkpoint is saved.
 */
export class ShardConsumer {
  readonly shardId: string;
  /** When the last read began that found the shard's tip, in milliseconds of the clock; undefined when it found more. */
  caughtUpAtMs: number | undefined;
  millisBehindLatest = Infinity;
  private readonly context: MappingContext;
  private readonly checkpoint: Checkpoint;
  private readonly tracker: PositionTracker;
  private readonly lanes: BatchQueue<StreamRecord>[];
  private readonly windowMs: number;
  private window: OpenWindow | undefined;

  constructor(shardId: string, context: MappingContext, checkpoint: Checkpoint) {
    const { mapping, names, clock } = context;
    this.shardId = shardId;
    this.context = context;
    this.checkpoint = checkpoint;
    this.tracker = new PositionTracker(checkpoint);
    this.windowMs = mapping.tumblingWindowSeconds * 1000;
    this.window = checkpoint.window;
    const rules = {
      batchSize: mapping.batchSize,
      windowMs: mapping.batchingWindowSeconds * 1000,
      bytesOf: (record: StreamRecord) => eventRecordBytes(record, shardId, names),
      ...(this.windowMs > 0 && {
        extraBytes: () => Buffer.byteLength(JSON.stringify(this.fieldsOfWindow(false, false)) ?? ''),
        mayJoin: (first: StreamRecord, record: StreamRecord) => windowStartMs(record, this.windowMs) <= windowStartMs(first, this.windowMs),
      }),
    };
    this.lanes = Array.from({ length: mapping.parallelizationFactor }, () => new BatchQueue(rules, clock));
  }

  /** Records that were read and have not passed. */
  get pending(): number {
    return this.tracker.pending;
  }

  /** Resolves true when the shard was read to its end and all of it has passed; false when the mapping stops before. */
  async run(iterator: string | undefined): Promise<boolean> {
    const { signal } = this.context;
    const [hasEnded] = await Promise.all([
      this.read(iterator),
      ...this.lanes.map((lane) => (this.windowMs > 0 ? this.workInWindows(lane) : this.work(lane))),
    ]);
    const isDone = hasEnded && !signal.aborted && this.tracker.pending === 0;
    if (isDone) this.save(true);
    return isDone;
  }

  private async read(iterator: string | undefined): Promise<boolean> {
    const { kinesis, names, consumerArn, clock, signal } = this.context;
    const { position, start } = this.checkpoint;
    const from: StartPosition = position === undefined ? start : { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: position };
    const hasEnded = await readShard({
      kinesis, streamArn: names.streamArn, consumerArn, shardId: this.shardId, start: from, iterator, clock, signal,
      onRead: (records, millisBehindLatest, readAtMs) => this.take(records, millisBehindLatest, readAtMs),
      whenRoom: () => this.whenRoom(),
    });
    for (const lane of this.lanes) lane.end();
    return hasEnded;
  }

  private take(records: StreamRecord[], millisBehindLatest: number, readAtMs: number): void {
    const filtered: StreamRecord[] = [];
    for (const record of records) {
      const passes = this.context.filter.passes(record);
      if (!this.tracker.read(record.SequenceNumber)) continue;
      if (passes) this.lanes[this.laneOf(record)]?.push(record);
      else filtered.push(record);
    }
    this.millisBehindLatest = millisBehindLatest;
    this.caughtUpAtMs = millisBehindLatest === 0 ? readAtMs : undefined;
    if (filtered.length > 0) this.passed(filtered, 'filtered');
    if (this.windowMs > 0) this.lanes[0]?.notify();
  }

  /** Order holds per partition key, so a key keeps its lane. */
  private laneOf({ PartitionKey }: StreamRecord): number {
    if (this.lanes.length === 1) return 0;
    return createHash('md5').update(PartitionKey).digest().readUInt32BE(0) % this.lanes.length;
  }

  private async whenRoom(): Promise<void> {
    for (let full = this.laneWithoutRoom(); full && !this.context.signal.aborted; full = this.laneWithoutRoom()) {
      await full.nextChange(this.context.signal);
    }
  }

  /** A lane that holds reading back; when the position does, the first, which `passed` wakes. */
  private laneWithoutRoom(): BatchQueue<StreamRecord> | undefined {
    if (this.tracker.doneAhead >= MOST_RECORDS_AHEAD) return this.lanes[0];
    const mostRecords = Math.max(LEAST_QUEUE_RECORDS, 2 * this.context.mapping.batchSize);
    return this.lanes.find((lane) => lane.length >= mostRecords || lane.bytes >= MOST_QUEUE_BYTES);
  }

  private async work(lane: BatchQueue<StreamRecord>): Promise<void> {
    for (let batch = await lane.next(this.context.signal); batch; batch = await lane.next(this.context.signal)) {
      await deliver(batch, this.rules());
    }
  }

  /** As `work`, with an invocation of its own for the end of each tumbling window. */
  private async workInWindows(lane: BatchQueue<StreamRecord>): Promise<void> {
    const { signal } = this.context;
    while (!signal.aborted) {
      if (this.window && this.isWindowOver(this.window, lane)) {
        await this.closeWindow(false);
      } else if (lane.first) {
        this.window ??= { startMs: windowStartMs(lane.first, this.windowMs), state: {} };
        const batch = await lane.next(signal);
        if (batch) await deliver(batch, this.rules());
        if (this.window && isTooLarge(this.window.state)) await this.closeWindow(true);
      } else if (lane.isEnded) return;
      else await lane.nextChange(signal);
    }
  }

  /** Whether no record of the window can come any more. */
  private isWindowOver(open: OpenWindow, lane: BatchQueue<StreamRecord>): boolean {
    const endMs = open.startMs + this.windowMs;
    if (lane.first) return windowStartMs(lane.first, this.windowMs) >= endMs;
    return lane.isEnded || (this.caughtUpAtMs !== undefined && this.caughtUpAtMs >= endMs);
  }

  private async closeWindow(isEarly: boolean): Promise<void> {
    await deliver([], {
      ...this.rules(),
      invoke: () => this.invoke([], true, isEarly),
      verdict: (invocation) => ({ kind: invocation.functionError ? 'failure' : 'success' }),
      passed: () => undefined,
      giveUp: async () => undefined,
    });
    if (this.context.signal.aborted) return;
    this.window = undefined;
    this.save(false);
  }

  private rules(): DeliveryRules {
    const { mapping, clock, signal, faults } = this.context;
    return {
      clock,
      signal,
      maximumRetryAttempts: mapping.maximumRetryAttempts,
      bisects: mapping.bisectBatchOnFunctionError,
      maximumAgeMs: () => {
        const maximumMs = mapping.maximumRecordAgeSeconds === -1 ? Infinity : mapping.maximumRecordAgeSeconds * 1000;
        return Math.min(maximumMs, this.context.retentionMs());
      },
      invoke: (records) => this.invoke(records, false, false),
      verdict: (invocation, records) => this.verdict(invocation, records),
      repeats: () => faults.strikes('duplicate', mapping.logicalId),
      giveUp: (records, why) => this.giveUp(records, why),
      passed: (records, outcome, invocation) => this.passed(records, outcome, invocation),
    };
  }

  private invoke(records: StreamRecord[], isFinal: boolean, isEarly: boolean): Promise<Invocation> {
    const { invoker, mapping, names } = this.context;
    return invoker.invoke(mapping.functionLogicalId, {
      Records: records.map((record) => eventRecord(record, this.shardId, names)),
      ...this.fieldsOfWindow(isFinal, isEarly),
    });
  }

  private fieldsOfWindow(isFinal: boolean, isEarly: boolean): Record<string, unknown> {
    if (!this.window) return {};
    return windowFields(this.window, this.windowMs, { isFinal, isEarly }, { shardId: this.shardId, eventSourceArn: this.context.names.eventSourceArn });
  }

  private verdict(invocation: Invocation, records: StreamRecord[]): Verdict {
    // With windows a response without `state` is a failed invocation.
    if (this.windowMs > 0 && !invocation.functionError && stateOf(invocation) === undefined) return { kind: 'failure' };
    return verdictOf(invocation, records.map(({ SequenceNumber }) => SequenceNumber), this.context.mapping.reportBatchItemFailures);
  }

  /** Sends to the failure destination until it has them. */
  private async giveUp(records: StreamRecord[], why: GiveUp): Promise<void> {
    const { destination, clock, signal, mapping, names } = this.context;
    const payload = (): unknown => ({ Records: records.map((record) => eventRecord(record, this.shardId, names)) });
    for (let failures = 1; destination && !signal.aborted; failures++) {
      try {
        const document = failureDocument(records, why, this.shardId, names, clock.now());
        return await destination.send(document, payload, () => failureObjectKey(mapping.uuid, this.shardId, clock.now()));
      } catch (error) {
        if (failures === 1) console.error(`${mapping.logicalId}: ${mapping.onFailure?.arn} did not take a discarded batch, which will be sent again: ${(error as Error).message}`);
        await clock.sleep(retryDelayMs(failures), signal);
      }
    }
  }

  private passed(records: StreamRecord[], outcome: Progress['outcome'], invocation?: Invocation): void {
    if (outcome === 'processed' && this.window && invocation) this.window = { ...this.window, state: stateOf(invocation) ?? this.window.state };
    this.context.observer?.onProgress({ shardId: this.shardId, records, outcome, invocation });
    if (outcome === 'repeated') return;
    const wasHeldBack = this.tracker.doneAhead >= MOST_RECORDS_AHEAD;
    this.tracker.done(records.map(({ SequenceNumber }) => SequenceNumber));
    if (wasHeldBack) this.lanes[0]?.notify();
    this.save(false);
  }

  private save(isDone: boolean): void {
    const { checkpoints, observer } = this.context;
    const tally = observer?.tallyOf ? observer.tallyOf(this.shardId) : this.checkpoint.tally;
    const { startingSequenceNumber, start } = this.checkpoint;
    checkpoints.save(this.shardId, { startingSequenceNumber, start, ...this.tracker.snapshot(), isDone, window: this.window, tally });
  }
}

const stateOf = ({ payload }: Invocation): unknown => (payload as { state?: unknown } | null | undefined)?.state ?? undefined;
