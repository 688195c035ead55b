import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a process that is being killed may take to be gone: freeing a gigabyte takes a while. */
const DYING_MS = 2_000;
const DYING_POLL_MS = 100;

/** What other commands need to know of a running local cloud: `running.json` in its data folder. */
export interface Running {
  pid: number;
  startedAt: string;
  urls: Record<string, string>;
}

/**
 * Claims the data folder for this process, making it when it is not there.
 * Rejects when a living process has it: two clouds in one folder would overwrite each other's streams.
 * The file of a process that died is taken over.
 */
export async function claimDataFolder(root: string, urls: Record<string, string> = {}): Promise<void> {
  await mkdir(root, { recursive: true });
  const other = await readRunning(root);
  const isTaken = (): boolean => other !== undefined && other.pid !== process.pid && isAlive(other);
  for (let waitedMs = 0; isTaken() && waitedMs < DYING_MS; waitedMs += DYING_POLL_MS) await sleep(DYING_POLL_MS);
  if (other && isTaken()) {
    throw new Error(
      `The data folder ${root} is in use by process ${other.pid}, started ${other.startedAt}. ` +
        'Stop that one, or choose another folder with --data DIR.',
    );
  }
  const file = join(root, 'running.json');
  const running: Running = { pid: process.pid, startedAt: new Date().toISOString(), urls };
  await writeFile(`${file}.new`, `${JSON.stringify(running, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** Gives the folder back; its contents stay. */
export async function releaseDataFolder(root: string): Promise<void> {
  await rm(join(root, 'running.json'), { force: true });
}

/** What runs on the folder, or undefined when nothing says so. */
export async function readRunning(root: string): Promise<Running | undefined> {
  try {
    return JSON.parse(await readFile(join(root, 'running.json'), 'utf8')) as Running;
  } catch {
    return undefined;
  }
}

/** Whether the process that wrote `running.json` still runs; on Linux also when its number has gone to another program. */
function isAlive({ pid }: Running): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    // A process that was killed and not yet waited for still has its number, but no command line.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node');
  } catch {
    return process.platform !== 'linux';
  }
}
