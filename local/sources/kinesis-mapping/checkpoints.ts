import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DonePositions } from './position-tracker.ts';
import type { OpenWindow } from './tumbling-window.ts';

/** What is known of a shard that the mapping reads. */
export interface Checkpoint extends DonePositions {
  /** The shard's own: a stream made again under its name has shards of the same ids that start elsewhere. */
  startingSequenceNumber: string;
  /** Where to read while there is no position. */
  start: { type: 'TRIM_HORIZON' } | { type: 'AT_TIMESTAMP'; timestampMs: number };
  /** The shard was read to its end and all of it has passed: its children may start. */
  isDone: boolean;
  window?: OpenWindow | undefined;
  /** An observer's, kept with the position that it belongs to. */
  tally?: unknown;
}

/**
 * The checkpoints of one mapping by shard id. With a folder each is a file that is replaced by renaming, so that a
 * killed process leaves the old one or the new one.
 */
export class Checkpoints {
  private readonly byShard = new Map<string, Checkpoint>();
  private readonly dir: string | undefined;

  constructor(checkpointDir: string | undefined, mappingLogicalId: string) {
    this.dir = checkpointDir === undefined ? undefined : join(checkpointDir, mappingLogicalId);
    if (this.dir === undefined) return;
    mkdirSync(this.dir, { recursive: true });
    for (const file of readdirSync(this.dir)) {
      if (file.endsWith('.json')) this.byShard.set(file.slice(0, -5), readCheckpoint(join(this.dir, file)));
    }
  }

  get isEmpty(): boolean {
    return this.byShard.size === 0;
  }

  get(shardId: string): Checkpoint | undefined {
    return this.byShard.get(shardId);
  }

  entries(): [shardId: string, checkpoint: Checkpoint][] {
    return [...this.byShard];
  }

  save(shardId: string, checkpoint: Checkpoint): void {
    this.byShard.set(shardId, checkpoint);
    if (this.dir === undefined) return;
    const file = join(this.dir, `${shardId}.json`);
    writeFileSync(`${file}.new`, JSON.stringify(checkpoint));
    renameSync(`${file}.new`, file);
  }

  delete(shardId: string): void {
    this.byShard.delete(shardId);
    if (this.dir !== undefined) rmSync(join(this.dir, `${shardId}.json`), { force: true });
  }
}

function readCheckpoint(file: string): Checkpoint {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Checkpoint;
  } catch (error) {
    throw new Error(`${file} is not a checkpoint (${(error as Error).message}). Delete it to read its shard from the mapping's starting position.`, { cause: error });
  }
}
