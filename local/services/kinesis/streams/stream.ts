import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDocument } from '../storage/document.ts';
import type { HashKeyRange } from './hash-keys.ts';
import { Shard } from './shard.ts';
import type { ShardDescription, ShardOptions } from './shard.ts';

export type StreamStatus = 'CREATING' | 'DELETING' | 'ACTIVE' | 'UPDATING';
export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

/** An enhanced fan-out consumer. */
export interface Consumer {
  name: string;
  arn: string;
  createdMs: number;
  status: 'CREATING' | 'ACTIVE' | 'DELETING';
  /** When the status moves on. */
  settledMs: number;
  tags: Record<string, string>;
}

/** One split or merge of an operation that takes time; shards by index, which no later step changes. */
export type ReshardStep =
  | { kind: 'split'; shardIndex: number; newStart: bigint }
  | { kind: 'merge'; shardIndex: number; adjacentIndex: number };

/** Work that keeps the stream CREATING, DELETING or UPDATING, and is taken up again after a restart. */
export type PendingWork =
  | { kind: 'create'; shardCount: number; untilMs: number }
  | { kind: 'delete'; untilMs: number }
  | { kind: 'step'; step: ReshardStep; untilMs: number }
  | { kind: 'shardCount'; target: number; untilMs: number }
  | { kind: 'settle'; untilMs: number };

/** Everything of a stream that outlives the process, but its records. */
export interface StreamState {
  name: string;
  arn: string;
  createdMs: number;
  status: StreamStatus;
  mode: StreamMode;
  retentionHours: number;
  maxRecordSizeKiB: number;
  encryption: { type: 'NONE' | 'KMS'; keyId?: string };
  shardLevelMetrics: string[];
  tags: Record<string, string>;
  consumers: Consumer[];
  /** When UpdateShardCount was accepted, for its limit per rolling 24 hours. */
  shardCountUpdatesMs: number[];
  modeUpdatesMs: number[];
  nextShardIndex: number;
  pending?: PendingWork | undefined;
}

const HOUR_MS = 3_600_000;

/** A stream with its shards: those that are open, and the closed ones until their last record has expired. */
export class Stream {
  readonly state: StreamState;
  /** By index, oldest first. */
  shards: Shard[];
  readonly #directory: string | undefined;
  readonly #shardOptions: Omit<ShardOptions, 'directory'>;
  #route: Shard[] = [];

  constructor(
    state: StreamState,
    shards: ShardDescription[],
    { directory, ...shardOptions }: ShardOptions,
  ) {
    this.state = state;
    this.#directory = directory;
    this.#shardOptions = shardOptions;
    if (directory !== undefined) mkdirSync(directory, { recursive: true });
    this.shards = shards.map((description) => this.#newShard(description));
    this.#reroute();
  }

  /** By hash key. */
  get openShards(): readonly Shard[] {
    return this.#route;
  }

  /** Records that arrived before this have expired. */
  get horizonMs(): number {
    return this.#shardOptions.clock.now() - this.state.retentionHours * HOUR_MS;
  }

  /** The open shard whose range holds a hash key of 32 hex digits. */
  shardFor(hashKeyHex: string): Shard {
    const route = this.#route;
    let low = 0;
    let high = route.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (route[middle]!.startHex <= hashKeyHex) low = middle;
      else high = middle - 1;
    }
    return route[low]!;
  }

  shardAt(index: number): Shard | undefined {
    return this.shards.find((shard) => shard.description.index === index);
  }

  childrenOf(shard: Shard): Shard[] {
    return this.shards.filter(
      ({ description }) => description.parentShardId === shard.id || description.adjacentParentShardId === shard.id,
    );
  }

  /** Adds an open shard, whose sequence numbers lie above those of the shards that are there. */
  addShard(range: HashKeyRange, parents: Shard[] = []): Shard {
    const now = Math.floor(this.#shardOptions.clock.now() / 1000);
    const shard = this.#newShard({
      index: this.state.nextShardIndex++,
      createdSeconds: Math.max(now, ...parents.map((parent) => parent.description.createdSeconds + 1)),
      range,
      parentShardId: parents[0]?.id,
      adjacentParentShardId: parents[1]?.id,
      trimmedPlace: 1,
    });
    this.shards.push(shard);
    this.#reroute();
    return shard;
  }

  /** Makes what `reshard` did to the shards the way that new records take, and lasting. */
  commit(): void {
    this.#reroute();
    this.save();
  }

  /** Drops closed shards of which no record is left within retention. */
  expireShards(): void {
    const horizonMs = this.horizonMs;
    const expired = this.shards.filter(({ description }) => description.closedMs !== undefined && description.closedMs < horizonMs);
    for (const shard of this.shards) shard.trimHorizon(horizonMs);
    if (expired.length === 0) return;
    this.shards = this.shards.filter((shard) => !expired.includes(shard));
    this.save();
    for (const shard of expired) shard.log.delete();
  }

  save(): void {
    if (this.#directory === undefined) return;
    writeDocument(join(this.#directory, 'stream.json'), {
      state: this.state,
      shards: this.shards.map((shard) => shard.description),
    });
  }

  close(): void {
    for (const shard of this.shards) shard.log.close();
  }

  delete(): void {
    for (const shard of this.shards) shard.log.delete();
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
  }

  #newShard(description: ShardDescription): Shard {
    const directory = this.#directory === undefined ? undefined : join(this.#directory, String(description.index));
    return new Shard(description, { ...this.#shardOptions, directory });
  }

  #reroute(): void {
    this.#route = this.shards.filter((shard) => shard.open).sort((a, b) => (a.startHex < b.startHex ? -1 : 1));
  }
}
