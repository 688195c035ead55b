import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../../local/account/account.ts';
import { readRunning, type Running } from '../../local/data-folder.ts';
import { PROJECT } from './test-cloud.ts';

export interface Ended {
  /** What a shell would see: the exit code, or 128 and the number of the signal. */
  code: number;
  stdout: string;
  stderr: string;
}

/** `npm start -- ARGUMENTS` as a process of its own. */
export interface StartCommand {
  /** Resolves when it takes events; rejects with its output when it ends before that. */
  ready: Promise<Running>;
  ended: Promise<Ended>;
  /** Ctrl-C. */
  interrupt(): void;
  /** `kill -9` of all its processes; does nothing when they have ended. */
  kill(): Promise<void>;
}

/** Starts what npm's script `start` starts, in the project or in a copy of it. */
export function startCommand(dataDir: string, args: readonly string[], project = PROJECT): StartCommand {
  const child = spawn(process.execPath, [join(project, 'local/commands/launch.mjs'), 'start', '--data', dataDir, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as a terminal's: signals reach the launcher and the cloud.
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  let hasEnded = false;
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    hasEnded = true;
    return { code: signal === 'SIGKILL' ? 137 : (code as number), stdout, stderr };
  });
  const signalAll = (signal: 'SIGINT' | 'SIGKILL'): void => {
    if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, signal);
  };
  const untilReady = async (): Promise<Running> => {
    for (;;) {
      if (hasEnded) throw new Error(`npm start ended before it was ready:\n${stdout}${stderr}`);
      // The greeting is written after running.json says where it is.
      if (`${stdout}${stderr}`.includes('Millrace is ready')) {
        const running = await readRunning(dataDir);
        if (running?.urls['httpApi'] !== undefined) return running;
      }
      await delay(20);
    }
  };
  const ready = untilReady();
  // Who only waits for the end need not handle it.
  ready.catch(() => undefined);
  return {
    ready,
    ended,
    interrupt: () => signalAll('SIGINT'),
    async kill() {
      signalAll('SIGKILL');
      await ended;
    },
  };
}

/** The account that `--json` prints last. */
export function accountOf({ stdout }: Ended): Account {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Account;
}

/** Whether something listens on the port of 127.0.0.1. */
export async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
