import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import type { KinesisSettings } from './settings.ts';
import { readDocument } from './storage/document.ts';
import { Journal } from './storage/journal.ts';
import { SegmentCache } from './storage/segment-cache.ts';
import { invalidArgument, notActive, streamNotFound } from './streams/refusals.ts';
import type { ShardDescription } from './streams/shard.ts';
import { Stream } from './streams/stream.ts';
import type { StreamMode, StreamState } from './streams/stream.ts';

/** A record as `onAppend` hands it out. */
export interface AppendedRecord {
  sequenceNumber: string;
  partitionKey: string;
  /** Base64. */
  data: string;
  arrivalMs: number;
}

export type AppendListener = (streamName: string, shardId: string, records: AppendedRecord[]) => void;

export interface AccountOptions {
  clock: Clock;
  faults: Faults;
  region: string;
  accountId: string;
  settings: KinesisSettings;
  /** Without it, everything is in memory and ends with the process. */
  dataDir?: string | undefined;
}

/** A request's two ways to name a stream. */
export interface StreamReference {
  StreamName?: string | undefined;
  StreamARN?: string | undefined;
}

/** The Kinesis of one account in one region: its streams, and what operations on them share. */
export class Account {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly region: string;
  readonly accountId: string;
  readonly settings: KinesisSettings;
  readonly journal: Journal;
  readonly streams = new Map<string, Stream>();
  readonly appendListeners = new Set<AppendListener>();
  readonly #cache: SegmentCache;
  readonly #dataDir: string | undefined;

  constructor({ clock, faults, region, accountId, settings, dataDir }: AccountOptions) {
    this.clock = clock;
    this.faults = faults;
    this.region = region;
    this.accountId = accountId;
    this.settings = settings;
    this.journal = new Journal(dataDir !== undefined);
    this.#cache = new SegmentCache(settings.segmentCacheBytes);
    this.#dataDir = dataDir;
    if (dataDir !== undefined) this.#load(dataDir);
  }

  /** The stream that a request names; throws as AWS does when it names none or one that is not there. */
  find(reference: StreamReference): Stream {
    const name = this.nameOf(reference);
    const stream = this.streams.get(name);
    if (!stream) throw streamNotFound(name, this.accountId);
    return stream;
  }

  /** As `find`, but only a stream that can be read and written: not one that is being made or deleted. */
  findReadable(reference: StreamReference): Stream {
    const stream = this.find(reference);
    const { status, name } = stream.state;
    if (status === 'CREATING' || status === 'DELETING') throw streamNotFound(name, this.accountId);
    return stream;
  }

  /** As `find`, but only a stream on which no operation is running. */
  findActive(reference: StreamReference): Stream {
    const stream = this.find(reference);
    const { status, name } = stream.state;
    if (status !== 'ACTIVE') throw notActive(name, this.accountId, status);
    return stream;
  }

  nameOf({ StreamName, StreamARN }: StreamReference): string {
    const arnName = StreamARN === undefined || StreamARN === null ? undefined : this.nameInArn(StreamARN);
    const name = StreamName ?? arnName;
    if (name === undefined) throw invalidArgument('Either StreamName or StreamARN should be provided.');
    if (arnName !== undefined && arnName !== name) {
      throw invalidArgument(`StreamName ${name} and StreamARN ${StreamARN} do not name the same stream.`);
    }
    return name;
  }

  /** The stream's name in a stream's or a consumer's ARN. */
  nameInArn(arn: string): string {
    const [, , , region, accountId, resource = ''] = arn.split(':');
    const name = resource.split('/')[1] ?? '';
    if (region !== this.region || accountId !== this.accountId) throw streamNotFound(name, accountId ?? this.accountId);
    return name;
  }

  /** `arn:aws:kinesis:…:stream/name` */
  arnOf(streamName: string): string {
    return `arn:aws:kinesis:${this.region}:${this.accountId}:stream/${streamName}`;
  }

  openShardCount(mode: StreamMode): number {
    let count = 0;
    for (const stream of this.streams.values()) if (stream.state.mode === mode) count += stream.openShards.length;
    return count;
  }

  add(state: StreamState): Stream {
    const stream = this.#newStream(state, []);
    this.streams.set(state.name, stream);
    stream.save();
    return stream;
  }

  remove(stream: Stream): void {
    if (this.streams.get(stream.state.name) === stream) this.streams.delete(stream.state.name);
    stream.delete();
  }

  close(): void {
    this.journal.flushNow();
    for (const stream of this.streams.values()) stream.close();
  }

  #newStream(state: StreamState, shards: ShardDescription[], directory = this.#directoryOf(state)): Stream {
    return new Stream(state, shards, { clock: this.clock, settings: this.settings, cache: this.#cache, directory });
  }

  /** With the time in its name, a stream that is made again finds none of its predecessor's records. */
  #directoryOf(state: StreamState): string | undefined {
    return this.#dataDir === undefined ? undefined : join(this.#dataDir, `stream-${state.name}-${state.createdMs}`);
  }

  #load(dataDir: string): void {
    mkdirSync(dataDir, { recursive: true });
    for (const entry of readdirSync(dataDir)) {
      const directory = join(dataDir, entry);
      if (!existsSync(join(directory, 'stream.json'))) continue;
      const { state, shards } = readDocument<{ state: StreamState; shards: ShardDescription[] }>(join(directory, 'stream.json'));
      this.streams.set(state.name, this.#newStream(state, shards, directory));
    }
  }
}
