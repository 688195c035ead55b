import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import { Account } from './account.ts';
import type { AppendListener } from './account.ts';
import { Dispatch } from './dispatch.ts';
import { Lifecycle } from './lifecycle.ts';
import type { SubscribeToShardEvent, SubscribeToShardInput } from './operations/subscribe-to-shard.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import type { KinesisSettings } from './settings.ts';
import type { MinuteOfMetrics } from './streams/shard-metrics.ts';
import { answerRequest } from './wire/json-protocol.ts';
import { listen } from './wire/server.ts';

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
