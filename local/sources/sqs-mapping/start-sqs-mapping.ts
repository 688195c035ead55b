import type { AwsError } from '../../aws-error.ts';
import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import type { FunctionInvoker, Invocation } from '../../invoke/invocation.ts';
import type { SqsMapping } from '../../template/deployment.ts';
import { retryDelayMs } from '../kinesis-mapping/backoff.ts';
import { LARGEST_EVENT_BYTES } from '../kinesis-mapping/batch-queue.ts';
import { verdictOf } from '../kinesis-mapping/failure-report.ts';
import { eventRecord, type SqsEventRecord } from './event.ts';
import { messageFilter } from './message-filter.ts';
import { openQueue, type QueueClient } from './queue-client.ts';

export interface SqsMappingOptions {
  mapping: SqsMapping;
  /** Base URLs of services; `sqs` is needed. */
  endpoints: Record<string, string>;
  invoker: FunctionInvoker;
  clock: Clock;
  faults: Faults;
}

export interface SqsMappingService {
  /** Whether the last receive found nothing and no invocation runs; messages whose invocation failed may still return. */
  idle(): boolean;
  /** Stops receiving and waits for running invocations. */
  stop(): Promise<void>;
}

/** Lambda starts with five concurrent batches a queue. */
const DEFAULT_CONCURRENCY = 5;
const LONG_POLL_MS = 20_000;
const RETRY_DELAY_MS = 1_000;

/**
 * Starts an event source mapping of a queue: long polls, batches by size and window, and deletes what the function took.
 * What it did not take becomes visible again by the queue's own timeout, and by its redrive policy ends in the dead-letter
 * queue. Messages that FilterCriteria drop are deleted. A FIFO group is never in two invocations at once.
 * Rejects when the queue is not there or a pattern cannot be read. A disabled mapping receives nothing.
 */
export async function startSqsMapping(options: SqsMappingOptions): Promise<SqsMappingService> {
  const { mapping, endpoints } = options;
  if (!mapping.enabled) return { idle: () => true, stop: async () => undefined };
  const endpoint = endpoints['sqs'];
  if (!endpoint) throw new Error(`${mapping.logicalId}: expected the endpoint of sqs, got ${Object.keys(endpoints).join(', ') || 'none'}.`);
  const filter = messageFilter(mapping.filterPatterns, mapping.logicalId);
  const queue = await openQueue(mapping.queueArn, endpoint);
  const running = new RunningMapping(options, queue, filter);
  running.start();
  return running;
}

class RunningMapping implements SqsMappingService {
  private readonly options: SqsMappingOptions;
  private readonly queue: QueueClient;
  private readonly filter: (record: SqsEventRecord) => boolean;
  private readonly stopping = new AbortController();
  private readonly invocations = new Set<Promise<void>>();
  /** The last invocation that has messages of a FIFO group. */
  private readonly groups = new Map<string, Promise<void>>();
  private isEmpty = false;
  private polling: Promise<void> = Promise.resolve();

  constructor(options: SqsMappingOptions, queue: QueueClient, filter: (record: SqsEventRecord) => boolean) {
    this.options = options;
    this.queue = queue;
    this.filter = filter;
  }

  start(): void {
    this.polling = this.poll();
  }

  idle(): boolean {
    return this.isEmpty && this.invocations.size === 0;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.polling;
    await Promise.all(this.invocations);
    this.queue.close();
  }

  private async poll(): Promise<void> {
    const most = this.options.mapping.maximumConcurrency ?? DEFAULT_CONCURRENCY;
    while (!this.stopping.signal.aborted) {
      if (this.invocations.size >= most) {
        await Promise.race(this.invocations);
        continue;
      }
      const batch = await this.gather();
      if (batch.length > 0) this.dispatch(batch);
    }
  }

  /** A batch: what one receive gave, or with a window, what comes until it is full, above 6 MB, or its window over. */
  private async gather(): Promise<SqsEventRecord[]> {
    const { mapping, clock } = this.options;
    const windowMs = mapping.batchingWindowSeconds * 1000;
    const batch = await this.receive(mapping.batchSize, LONG_POLL_MS);
    const closesAtMs = clock.now() + windowMs;
    let remainingMs = windowMs;
    while (batch.length > 0 && batch.length < mapping.batchSize && remainingMs > 0 && bytesOf(batch) < LARGEST_EVENT_BYTES && !this.stopping.signal.aborted) {
      // Short waits, because the queue's seconds are the machine's and the window's are the clock's.
      batch.push(...(await this.receive(mapping.batchSize - batch.length, 0)));
      if (batch.length < mapping.batchSize) await clock.sleep(Math.min(100, remainingMs), this.stopping.signal);
      remainingMs = closesAtMs - clock.now();
    }
    return batch;
  }

  /** Receives, and deletes at once what the filter drops. */
  private async receive(count: number, waitMs: number): Promise<SqsEventRecord[]> {
    try {
      const messages = await this.queue.receive(count, waitMs, this.stopping.signal);
      this.isEmpty = messages.length === 0;
      const records = messages.map((message) => eventRecord(message, this.options.mapping.queueArn));
      const dropped = records.filter((record) => !this.filter(record));
      await this.remove(dropped);
      return records.filter((record) => !dropped.includes(record));
    } catch {
      await this.options.clock.sleep(RETRY_DELAY_MS, this.stopping.signal);
      return [];
    }
  }

  /** Starts the invocation, after those that have earlier messages of the same FIFO groups. */
  private dispatch(batch: SqsEventRecord[]): void {
    for (const part of partsBelowLimit(batch)) {
      const groups = new Set(part.flatMap(({ attributes }) => attributes['MessageGroupId'] ?? []));
      const earlier = [...groups].map((group) => this.groups.get(group));
      const work = Promise.all(earlier).then(() => this.deliver(part));
      const ended = work.finally(() => {
        this.invocations.delete(ended);
        for (const group of groups) if (this.groups.get(group) === ended) this.groups.delete(group);
      });
      this.invocations.add(ended);
      for (const group of groups) this.groups.set(group, ended);
    }
  }

  private async deliver(batch: SqsEventRecord[]): Promise<void> {
    const { mapping, faults } = this.options;
    const invocation = await this.invoke(batch);
    if (!invocation) return;
    const taken = takenMessages(invocation, batch, mapping.reportBatchItemFailures);
    if (taken.length === batch.length && faults.strikes('duplicate', mapping.logicalId)) {
      const again = await this.invoke(batch);
      await this.remove(again ? takenMessages(again, batch, mapping.reportBatchItemFailures) : []);
      return;
    }
    await this.remove(taken);
  }

  /** Tries while throttled, as long as the messages are safely invisible; undefined when that time is over. */
  private async invoke(batch: SqsEventRecord[]): Promise<Invocation | undefined> {
    const { mapping, invoker, clock } = this.options;
    const untilMs = Date.now() + this.queue.visibilityTimeoutMs / 2;
    for (let failures = 1; Date.now() < untilMs && !this.stopping.signal.aborted; failures++) {
      try {
        return await invoker.invoke(mapping.functionLogicalId, { Records: batch });
      } catch (error) {
        if ((error as AwsError).statusCode === 413) return undefined;
        await clock.sleep(retryDelayMs(failures), this.stopping.signal);
      }
    }
    return undefined;
  }

  private async remove(records: SqsEventRecord[]): Promise<void> {
    if (records.length === 0) return;
    // A failed delete means only that the messages come again, as SQS's at-least-once delivery allows.
    await this.queue.remove(records.map(({ receiptHandle }) => receiptHandle)).catch(() => undefined);
  }
}

/** What is to be deleted: with ReportBatchItemFailures all but the reported, else all or nothing. */
function takenMessages(invocation: Invocation, batch: SqsEventRecord[], reportsFailures: boolean): SqsEventRecord[] {
  const verdict = verdictOf(invocation, batch.map(({ messageId }) => messageId), reportsFailures);
  if (verdict.kind === 'success') return batch;
  if (verdict.kind === 'failure') return [];
  const { batchItemFailures } = invocation.payload as { batchItemFailures: { itemIdentifier: string }[] };
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return batch.filter(({ messageId }) => !failed.has(messageId));
}

const bytesOf = (records: SqsEventRecord[]): number => Buffer.byteLength(JSON.stringify({ Records: records }));

/** Splits a batch whose event would be above 6 MB. */
function partsBelowLimit(batch: SqsEventRecord[]): SqsEventRecord[][] {
  if (batch.length <= 1 || bytesOf(batch) <= LARGEST_EVENT_BYTES) return [batch];
  const middle = Math.ceil(batch.length / 2);
  return [...partsBelowLimit(batch.slice(0, middle)), ...partsBelowLimit(batch.slice(middle))];
}
