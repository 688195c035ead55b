import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import { Account } from './account.ts';
import type { AppendListener } from './account.ts';
import { Dispatch } from './dispatch.ts';
import { Lifecycle } from './lifecycle.ts';
import type { SubscribeToShardEvent, SubscribeToShardInput } from './operations/subscribe-to-shard.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import type { KinesisSettings } from './settings.ts';
import { readBatch, type ReadRecord } from './streams/read.ts';
import type { MinuteOfMetrics } from './streams/shard-metrics.ts';
import { answerRequest } from './wire/protocol.ts';
import { listen } from './wire/server.ts';

/** Handed over together when a stream is read whole. */
const AUDIT_RECORDS = 5_000;

export interface KinesisOptions {
  /** 0: any free port. */
  port: number;
  clock: Clock;
  faults: Faults;
  /** Where streams and records are kept across restarts; without it, in memory only. */
  dataDir?: string | undefined;
  region: string;
  /** Twelve digits. */
  accountId: string;
  settings?: Partial<KinesisSettings> | undefined;
}

/** A shard's metrics of one minute. */
export interface ShardMinute extends MinuteOfMetrics {
  streamName: string;
  shardId: string;
}

/** A running local Kinesis: on the wire at `url`, and in this process by its methods. */
export interface KinesisService {
  url: string;
  /** Runs an operation on the JSON of the wire (Data in base64, times in epoch seconds); throws AwsError. */
  // oxlint-disable-next-line typescript/no-explicit-any -- an answer's shape is AWS's, and the caller's to know
  call(operation: string, input: object): Promise<any>;
  /**
   * SubscribeToShard as JSON events, for five minutes; refusals are thrown by the first step.
   * `ended` closes it while it waits.
   */
  subscribeToShard(input: SubscribeToShardInput, ended?: AbortSignal): AsyncGenerator<SubscribeToShardEvent, void, undefined>;
  /** Hands over stored records, shard by shard in order, until the returned function is called. */
  onAppend(listener: AppendListener): () => void;
  /** Everything the stream still holds, shard by shard in order and some thousand at a time; for audits, outside all limits. */
  records(streamName: string): Iterable<{ shardId: string; records: ReadRecord[] }>;
  /** Every minute of every shard in which something happened, for the last three hours. */
  metrics(): ShardMinute[];
  /** Closes the port and all connections; what was acknowledged is in `dataDir`. */
  stop(): Promise<void>;
}

/** Starts Kinesis on 127.0.0.1; rejects when the port is taken, or when `dataDir` holds what cannot be read. */
export async function startKinesis({ port, settings, ...options }: KinesisOptions): Promise<KinesisService> {
  const account = new Account({ ...options, settings: { ...DEFAULT_SETTINGS, ...settings } });
  const lifecycle = new Lifecycle(account);
  const dispatch = new Dispatch({ account, lifecycle });
  const server = await listen(port, (exchange) => void answerRequest(exchange, dispatch)).catch((error: unknown) => {
    lifecycle.stop();
    account.close();
    throw error;
  });
  return {
    url: server.url,
    async call(operation, input) {
      const { answer, lost } = await dispatch.run(operation, input as Record<string, unknown>);
      if (lost) throw Object.assign(new Error(`${operation}: the connection closed before the answer came`), { code: 'ECONNRESET' });
      return answer ?? {};
    },
    async *subscribeToShard(input, ended) {
      yield* dispatch.subscribe({ ...input }, ended);
    },
    onAppend(listener) {
      account.appendListeners.add(listener);
      return () => account.appendListeners.delete(listener);
    },
    *records(streamName) {
      const stream = account.streams.get(streamName);
      if (!stream) throw new Error(`Kinesis: expected a stream named ${streamName}, there is none`);
      for (const shard of stream.shards) {
        for (let place = 0; ; ) {
          const batch = readBatch(shard, place, { maxRecords: AUDIT_RECORDS, maxBytes: Infinity, horizonMs: 0, nowMs: 0 });
          if (batch.records.length === 0) break;
          yield { shardId: shard.id, records: batch.records };
          place = batch.nextPlace;
        }
      }
    },
    metrics: () =>
      [...account.streams.values()].flatMap((stream) =>
        stream.shards.flatMap((shard) =>
          shard.metrics.minutes().map((minute) => ({ streamName: stream.state.name, shardId: shard.id, ...minute })),
        ),
      ),
    async stop() {
      lifecycle.stop();
      await server.stop();
      account.close();
    },
  };
}
