import { readShard, type ShardReader, type ShardReading } from './read-shard.ts';

interface ListedShard {
  ShardId: string;
  ParentShardId?: string;
  AdjacentParentShardId?: string;
}

const RETRY_DELAY_MS = 1_000;

export interface StreamReader {
  /** A reader for each shard that is being read. */
  readonly readers: ReadonlyMap<string, ShardReader>;
  /** Whether the shards are known; before that, nothing can be said to be caught up. */
  readonly isStarted: boolean;
  /** Resolves when every reader has ended, after the abort. */
  ended(): Promise<void>;
}

/**
 * Reads all shards of a stream at once, but a child only when each parent that is there has been read to its end, so
 * that a key's records keep their order through a split or a merge. Calls `read` with each shard's own reading.
 */
export function readStream(
  base: Omit<ShardReading, 'onRecords'>,
  positionOf: (shardId: string) => string | undefined,
  onRecords: (shardId: string) => ShardReading['onRecords'],
): StreamReader {
  const readers = new Map<string, ShardReader>();
  const finished = new Set<string>();
  const running = new Set<Promise<void>>();
  const state = { readers, isStarted: false, ended: async () => void (await Promise.all([starting, ...running])) };

  const startReadable = async (): Promise<void> => {
    const shards = await listShards(base);
    const present = new Set(shards.map((shard) => shard.ShardId));
    for (const { ShardId: shardId, ParentShardId, AdjacentParentShardId } of shards) {
      const parents = [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined && id !== null && present.has(id));
      if (readers.has(shardId) || finished.has(shardId) || !parents.every((id) => finished.has(id as string))) continue;
      const reader: ShardReader = { shardId, caughtUpAtMs: undefined };
      readers.set(shardId, reader);
      const reading = run(reader).finally(() => running.delete(reading));
      running.add(reading);
    }
  };
  const run = async (reader: ShardReader): Promise<void> => {
    const isRead = await readShard(reader, positionOf(reader.shardId), { ...base, onRecords: onRecords(reader.shardId) });
    if (!isRead) return;
    finished.add(reader.shardId);
    await startReadable();
    // Only now, so that between a parent and its children the stream is never without a reader.
    readers.delete(reader.shardId);
  };
  const start = async (): Promise<void> => {
    await startReadable();
    state.isStarted = true;
  };
  const starting = start();
  return state;
}

/** All shards of the stream; tried again until the stream is there, or until aborted: then none. */
async function listShards({ kinesis, streamArn, clock, signal }: Omit<ShardReading, 'onRecords'>): Promise<ListedShard[]> {
  while (!signal.aborted) {
    try {
      const shards: ListedShard[] = [];
      let next: string | undefined;
      do {
        const answer = await kinesis.call('ListShards', next === undefined ? { StreamARN: streamArn } : { NextToken: next });
        shards.push(...answer.Shards);
        next = answer.NextToken ?? undefined;
      } while (next !== undefined);
      return shards;
    } catch {
      await clock.sleep(RETRY_DELAY_MS, signal);
    }
  }
  return [];
}
