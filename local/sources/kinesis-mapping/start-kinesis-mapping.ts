import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import type { FunctionInvoker } from '../../invoke/invocation.ts';
import type { Deployment, KinesisMapping } from '../../template/deployment.ts';
import { retryDelayMs } from './backoff.ts';
import { Checkpoints, type Checkpoint } from './checkpoints.ts';
import { failureDestination, type DestinationEndpoints } from './failure-destination.ts';
import { eldestShards, expiredCheckpoints, isAnotherStream, listShards, readableShards, type ListedShard } from './lineage.ts';
import type { MappingObserver } from './observer.ts';
import { recordFilter } from './record-filter.ts';
import { ShardConsumer, type MappingContext } from './shard-consumer.ts';
import { shardIterator } from './shard-reader.ts';
import type { KinesisSource, StreamRecord } from './stream-record.ts';

export interface KinesisMappingOptions {
  mapping: KinesisMapping;
  /** Where the mapping's function is found. */
  deployment: Pick<Deployment, 'functions'>;
  kinesis: KinesisSource;
  invoker: FunctionInvoker;
  /** Where on-failure destinations are. */
  destinations: DestinationEndpoints;
  clock: Clock;
  faults: Faults;
  /** Checkpoints are kept here across restarts; without it, in memory only. */
  checkpointDir?: string | undefined;
  observer?: MappingObserver | undefined;
  /** Told when the mapping stops itself: an aggregated record under a data filter, or an error of this program. */
  onFailure?: ((error: Error) => void) | undefined;
}

export interface MappingLag {
  /** Records that were read from the stream and have not passed. */
  recordsBehind: number;
  /** How old the oldest unread record is, as Kinesis says; Infinity before the first read of a shard. */
  millisBehindLatest: number;
}

export interface KinesisMappingService {
  /** Why the mapping stopped itself; it will never be idle then. Undefined while it runs, or was told to stop. */
  readonly failure: Error | undefined;
  /**
   * Whether everything has passed: each shard that is read was seen at its tip by a read that began at or after
   * `sinceMs` of the clock (0: ever), and nothing that was read is left.
   */
  idle(sinceMs?: number): boolean;
  lag(): MappingLag;
  /** Stops reading, waits for running invocations, and leaves the checkpoints where these left them. */
  stop(): Promise<void>;
}

const RETENTION_REFRESH_MS = 60_000;
const DISCOVERY_DELAY_MS = 1_000;
/** How far into each shard a start looks for records that its filter must not drop. */
const PEEKED_RECORDS = 1_000;

/**
 * Starts an event source mapping: reads the stream's shards and delivers their records to the function as Lambda does.
 * Rejects, naming the mapping, for filters it cannot read or that would drop aggregated records which are already in
 * the stream, and for a destination it cannot reach. A disabled mapping reads nothing and is always idle.
 */
export async function startKinesisMapping(options: KinesisMappingOptions): Promise<KinesisMappingService> {
  if (!options.mapping.enabled) return { failure: undefined, idle: () => true, lag: () => ({ recordsBehind: 0, millisBehindLatest: 0 }), stop: async () => undefined };
  const running = new RunningMapping(options);
  try {
    await running.start();
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

class RunningMapping implements KinesisMappingService {
  failure: Error | undefined;
  private readonly options: KinesisMappingOptions;
  private readonly context: MappingContext;
  private readonly stopping = new AbortController();
  private readonly consumers = new Map<string, ShardConsumer>();
  private readonly tasks = new Set<Promise<unknown>>();
  /** Shards that have ended and whose children are not yet started. */
  private discoveries = 0;
  private discovering: Promise<void> = Promise.resolve();
  private retentionMs = Infinity;

  constructor(options: KinesisMappingOptions) {
    const { mapping, deployment, destinations } = options;
    const fn = deployment.functions.find(({ logicalId }) => logicalId === mapping.functionLogicalId);
    if (!fn) throw new Error(`${mapping.logicalId}: its function ${mapping.functionLogicalId} is not in the deployment.`);
    if (mapping.tumblingWindowSeconds > 0 && mapping.parallelizationFactor !== 1) {
      throw new Error(`${mapping.logicalId}: TumblingWindowInSeconds needs a ParallelizationFactor of 1, got ${mapping.parallelizationFactor}.`);
    }
    const [streamArn = '', consumer] = mapping.sourceArn.split('/consumer/');
    const region = mapping.sourceArn.split(':')[3] ?? '';
    this.options = options;
    this.context = {
      ...options,
      observer: options.observer,
      names: { region, eventSourceArn: mapping.sourceArn, roleArn: fn.roleArn, streamArn, functionArn: fn.arn },
      consumerArn: consumer === undefined ? undefined : mapping.sourceArn,
      destination: mapping.onFailure && failureDestination(mapping.onFailure.arn, destinations, region, mapping.logicalId),
      filter: recordFilter(mapping.filterPatterns, mapping.logicalId),
      checkpoints: new Checkpoints(options.checkpointDir, mapping.logicalId),
      signal: this.stopping.signal,
      retentionMs: () => this.retentionMs,
    };
  }

  async start(): Promise<void> {
    const { checkpoints, observer } = this.context;
    await this.forgetAnotherStream();
    for (const [shardId, { tally }] of checkpoints.entries()) {
      if (tally !== undefined) observer?.restoreTally?.(shardId, tally);
    }
    await this.refreshRetention();
    await this.discover();
    this.track(this.keepRetentionFresh());
  }

  idle(sinceMs = 0): boolean {
    return (
      this.failure === undefined &&
      this.discoveries === 0 &&
      [...this.consumers.values()].every(({ pending, caughtUpAtMs }) => pending === 0 && caughtUpAtMs !== undefined && caughtUpAtMs >= sinceMs)
    );
  }

  lag(): MappingLag {
    const consumers = [...this.consumers.values()];
    return {
      recordsBehind: consumers.reduce((sum, { pending }) => sum + pending, 0),
      millisBehindLatest: Math.max(0, ...consumers.map(({ millisBehindLatest }) => millisBehindLatest)),
    };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.tasks);
    this.context.destination?.close();
  }

  /**
   * Drops the checkpoints of a stream that was deleted, with their tallies, when another has its name: its shards would
   * count as read. The new one is read from its beginning even with LATEST, as all of it came after the mapping.
   */
  private async forgetAnotherStream(): Promise<void> {
    const { mapping, kinesis } = this.options;
    const { checkpoints, names } = this.context;
    const shards = await listShards(kinesis, names.streamArn);
    if (!isAnotherStream(shards, checkpoints)) return;
    for (const [shardId] of checkpoints.entries()) checkpoints.delete(shardId);
    if (mapping.startingPosition !== 'LATEST') return;
    for (const shard of eldestShards(shards)) checkpoints.save(shard.ShardId, unread(shard, { type: 'TRIM_HORIZON' }));
  }

  /** Starts a consumer for every shard that may be read and is not. */
  private async discover(): Promise<void> {
    const { mapping, kinesis, clock } = this.options;
    const { checkpoints, names } = this.context;
    const shards = await listShards(kinesis, names.streamArn);
    const isFirstStart = checkpoints.isEmpty;
    const readable = readableShards(shards, checkpoints, mapping.startingPosition).filter(({ ShardId }) => !this.consumers.has(ShardId));
    const begin: { shard: ListedShard; checkpoint: Checkpoint; iterator: string | undefined }[] = [];
    for (const shard of readable) {
      const isLatest = mapping.startingPosition === 'LATEST' && isFirstStart;
      const atMs = clock.now();
      const iterator = isLatest ? await shardIterator({ kinesis, streamArn: names.streamArn, shardId: shard.ShardId }, { type: 'LATEST' }) : undefined;
      const checkpoint = checkpoints.get(shard.ShardId) ?? unread(shard, this.startOf(isLatest, atMs));
      if (this.context.filter.readsData && !isLatest) await this.refuseAggregated(shard.ShardId, checkpoint);
      begin.push({ shard, checkpoint, iterator });
    }
    for (const { shard, checkpoint, iterator } of begin) {
      checkpoints.save(shard.ShardId, checkpoint);
      const consumer = new ShardConsumer(shard.ShardId, this.context, checkpoint);
      this.consumers.set(shard.ShardId, consumer);
      this.track(this.consume(consumer, iterator));
    }
    for (const shardId of expiredCheckpoints(shards, checkpoints)) if (!this.consumers.has(shardId)) checkpoints.delete(shardId);
  }

  /** A shard that the mapping meets later than its start is read from its beginning, so that nothing is skipped. */
  private startOf(isLatest: boolean, nowMs: number): Checkpoint['start'] {
    const { startingPosition, startingPositionTimestampMs } = this.options.mapping;
    if (isLatest) return { type: 'AT_TIMESTAMP', timestampMs: nowMs };
    if (startingPosition === 'AT_TIMESTAMP') return { type: 'AT_TIMESTAMP', timestampMs: startingPositionTimestampMs ?? nowMs };
    return { type: 'TRIM_HORIZON' };
  }

  private async refuseAggregated(shardId: string, { position, start }: Checkpoint): Promise<void> {
    const { kinesis } = this.options;
    const from = position === undefined ? start : { type: 'AFTER_SEQUENCE_NUMBER' as const, sequenceNumber: position };
    const peeked: StreamRecord[] = await shardIterator({ kinesis, streamArn: this.context.names.streamArn, shardId }, from)
      .then((ShardIterator) => kinesis.call('GetRecords', { ShardIterator, Limit: PEEKED_RECORDS }))
      .then(({ Records }) => Records, () => []);
    for (const record of peeked) this.context.filter.passes(record);
  }

  private async consume(consumer: ShardConsumer, iterator: string | undefined): Promise<void> {
    try {
      if (!(await consumer.run(iterator))) return;
      this.discoveries += 1;
      this.consumers.delete(consumer.shardId);
      await this.discoverChildren();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private async discoverChildren(): Promise<void> {
    for (let failures = 1; !this.stopping.signal.aborted; failures++) {
      try {
        // One at a time, so that two shards that end together do not both start their common child.
        this.discovering = this.discovering.catch(() => undefined).then(() => this.discover());
        await this.discovering;
        this.discoveries -= 1;
        return;
      } catch (error) {
        if ((error as Error).name === 'AggregatedRecordError') throw error;
        await this.options.clock.sleep(Math.max(DISCOVERY_DELAY_MS, retryDelayMs(failures)), this.stopping.signal);
      }
    }
  }

  private async keepRetentionFresh(): Promise<void> {
    const { clock } = this.options;
    while (!this.stopping.signal.aborted) {
      await clock.sleep(RETENTION_REFRESH_MS, this.stopping.signal);
      // A failure leaves the last known value, which is right unless it was changed in this minute.
      await this.refreshRetention().catch(() => undefined);
    }
  }

  private async refreshRetention(): Promise<void> {
    const { StreamDescriptionSummary: summary } = await this.options.kinesis.call('DescribeStreamSummary', { StreamARN: this.context.names.streamArn });
    this.retentionMs = summary.RetentionPeriodHours * 3_600_000;
  }

  private fail(error: Error): void {
    if (this.stopping.signal.aborted) return;
    this.failure = error;
    this.stopping.abort();
    if (this.options.onFailure) this.options.onFailure(error);
    else console.error(error);
  }

  private track(task: Promise<unknown>): void {
    this.tasks.add(task);
    void task.finally(() => this.tasks.delete(task));
  }
}

const unread = (shard: ListedShard, start: Checkpoint['start']): Checkpoint => ({
  startingSequenceNumber: shard.SequenceNumberRange.StartingSequenceNumber, start, position: undefined, ahead: [], isDone: false,
});
