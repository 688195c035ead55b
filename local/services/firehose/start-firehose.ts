import { S3Client } from '@aws-sdk/client-s3';

import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import type { FunctionInvoker } from '../../invoke/invocation.ts';
import type { DeliveryStream } from '../../template/deployment.ts';
import { Delivery, type DeliveryCounters } from './delivery.ts';
import { Ledger, type UndeliveredRecord } from './ledger.ts';
import { objectNamer } from './object-name.ts';
import { Positions } from './positions.ts';
import type { KinesisCall } from './read-shard.ts';
import { readStream } from './read-stream.ts';
import { ShardProgress } from './shard-progress.ts';
import { sourceRecords, type Deaggregate } from './source-records.ts';

const MEBIBYTE = 1024 * 1024;
/** As Firehose polls a stream; and how often while it is to be emptied. */
const POLL_MS = 1_000;
const DRAINING_POLL_MS = 250;
/** What may be on its way besides two full objects before reading waits. */
const EXTRA_PENDING_BYTES = 16 * MEBIBYTE;
const DRAIN_STEP_MS = 20;

export interface FirehoseOptions {
  stream: DeliveryStream;
  kinesis: KinesisCall;
  invoker: FunctionInvoker;
  /** Where S3 is. */
  s3Endpoint: string;
  clock: Clock;
  faults: Faults;
  /** The delivery stream's own folder, for its positions and its ledger; undefined keeps both in memory. */
  dataDir?: string | undefined;
  deaggregate: Deaggregate;
  /** The logical id of a function's arn. */
  lambdaArnToLogicalId(arn: string): string;
  /** For !{firehose:random-string}. */
  random?: () => number;
  /** Between two attempts of a transform; AWS states none. */
  retryDelayMs?: number;
}

export interface FirehoseService {
  /** What became of the records since the start; live. */
  counters: Readonly<DeliveryCounters>;
  /** The age in milliseconds of the oldest record that was read and is not yet delivered, dropped or failed; 0 for none. */
  freshnessMs(): number;
  /** Whether the stream was found read to its end and everything read is delivered, dropped or failed. */
  idle(): boolean;
  /** Every undelivered record, of earlier runs with the same folder too. */
  undelivered(): UndeliveredRecord[];
  /** Hands over what the buffers have, whatever their hints. */
  flush(): void;
  /** Reads the stream to its end, delivers at once, and resolves when nothing is left; then goes on as before. */
  drain(): Promise<void>;
  /** Stops reading and delivering at once; what was not delivered is read again at the next start. */
  stop(): Promise<void>;
}

/**
 * Starts a delivery stream from a Kinesis stream to S3. Delivery is at least once: the position of a shard moves only
 * over records that S3 has, or that the ledger names. It starts at the stream's oldest record: Firehose starts where
 * the stream is when the delivery stream is created, and a template creates both together.
 * Throws RangeError for a prefix it cannot evaluate, and Error for a delivery stream without a source stream.
 */
export async function startFirehose(options: FirehoseOptions): Promise<FirehoseService> {
  const { stream, kinesis, clock, dataDir } = options;
  const { sourceStreamArn } = stream;
  if (sourceStreamArn === undefined) throw new Error(`${stream.logicalId}: expected KinesisStreamSourceConfiguration, the local Firehose reads a Kinesis stream only`);
  const nameObject = objectNamer(stream, options.random ?? Math.random);
  const positions = new Positions(dataDir);
  const startingPositions = positions.load();
  const ledger = new Ledger(dataDir);
  const stopping = new AbortController();
  const { signal } = stopping;
  const s3 = new S3Client({
    endpoint: options.s3Endpoint,
    region: stream.arn.split(':')[3] ?? 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // Delivery tries again by itself, forever.
    maxAttempts: 1,
  });

  const shards = new Map<string, ShardProgress>();
  let pendingBytes = 0;
  let roomWaiters: (() => void)[] = [];
  const maxPendingBytes = stream.bufferSizeMb * 2 * MEBIBYTE + EXTRA_PENDING_BYTES;
  const giveRoom = (): void => {
    if (pendingBytes >= maxPendingBytes && !signal.aborted) return;
    for (const resolve of roomWaiters) resolve();
    roomWaiters = [];
  };
  const settle = (): void => {
    if (signal.aborted) return;
    const saved: Record<string, string> = { ...startingPositions };
    for (const [shardId, progress] of shards) {
      pendingBytes -= progress.advance();
      if (progress.position !== undefined) saved[shardId] = progress.position;
    }
    positions.save(saved);
    giveRoom();
  };
  const delivery = new Delivery({ ...options, sourceStreamArn, nameObject, ledger, s3, signal, settle });

  let isDraining = false;
  const source = readStream(
    {
      kinesis,
      streamArn: sourceStreamArn,
      clock,
      signal,
      whenRoom: () => (pendingBytes < maxPendingBytes || signal.aborted ? Promise.resolve() : new Promise((resolve) => roomWaiters.push(resolve))),
      pollMs: () => (isDraining ? DRAINING_POLL_MS : POLL_MS),
    },
    (shardId) => startingPositions[shardId],
    (shardId) => {
      const progress = new ShardProgress(startingPositions[shardId]);
      shards.set(shardId, progress);
      return (records) => {
        for (const read of records) {
          const inner = sourceRecords(shardId, read, progress, options.deaggregate);
          pendingBytes += inner[0]?.mark.sizeBytes ?? 0;
          for (const record of inner) delivery.take(record);
        }
      };
    },
  );

  const isCaughtUp = (sinceMs: number): boolean => source.isStarted && [...source.readers.values()].every(({ caughtUpAtMs }) => caughtUpAtMs !== undefined && caughtUpAtMs >= sinceMs);
  const nothingPending = (): boolean => delivery.isIdle && [...shards.values()].every(({ pendingCount }) => pendingCount === 0);

  const drain = async (): Promise<void> => {
    isDraining = true;
    const sinceMs = clock.now();
    try {
      while (!signal.aborted) {
        const isFull = pendingBytes >= maxPendingBytes;
        const isRead = isCaughtUp(sinceMs);
        if (isRead || isFull) delivery.flushTransform();
        if (isFull || (isRead && delivery.isTransformIdle)) delivery.flushObjects();
        if (isRead && nothingPending()) return;
        await new Promise((resolve) => setTimeout(resolve, DRAIN_STEP_MS));
      }
    } finally {
      isDraining = false;
    }
  };

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    settle();
    stopping.abort();
    delivery.close();
    giveRoom();
    await source.ended();
    s3.destroy();
  };
  return {
    counters: delivery.counters,
    freshnessMs: () => {
      const oldest = Math.min(...[...shards.values()].map((progress) => progress.oldestPendingArrivalMs ?? Number.POSITIVE_INFINITY));
      return Number.isFinite(oldest) ? Math.max(0, clock.now() - oldest) : 0;
    },
    idle: () => isCaughtUp(0) && nothingPending(),
    undelivered: () => ledger.read(),
    flush: () => {
      delivery.flushTransform();
      delivery.flushObjects();
    },
    drain,
    stop: () => (stopped ??= stop()),
  };
}
