import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { balances } from '../../local/account/account.ts';
import type { LoadReport } from './load.ts';
import type { Audit, ServerReport } from './server.ts';
import { cpuSecondsByThread, machineCpuSeconds } from './threads.ts';

/** What is measured once, in processes of its own. */
export interface Run {
  server: 'millrace' | 'floor';
  sender: 'browser' | 'server';
  shards: number;
  inFlight: number;
  warmUpSeconds: number;
  seconds: number;
}

export interface Measured {
  /** Events a second that were answered 202 in the measured time. */
  acceptedPerSecond: number;
  /** Events a second over the measured time and the drain after it, until all were scored and in the lake. */
  sustainedPerSecond: number;
  appliedInTimePerSecond: number;
  deliveredInTimePerSecond: number;
  drainSeconds: number;
  largestBacklog: number;
  /** Events that score-events saw again because a batch was delivered again. */
  duplicates: number;
  refusedRequests: number;
  latencyMs: { p50: number; p99: number };
  /** CPU milliseconds by kind of thread for 1,000 events, over the measured time and the drain; undefined without /proc. */
  cpuMsPerThousand: Record<string, number> | undefined;
  /** Of the process that sends, which shares the machine. */
  loadCpuMsPerThousand: number;
  /** Cores that other programs of the machine used meanwhile: much above 0 the figures say little. */
  coresUsedByOthers: number | undefined;
}

const BACKLOG_LOOK_MS = 500;

/** Runs a server and a load in fresh processes. Rejects when the account does not balance in the end. */
export async function measure(run: Run): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const server = fork(join(import.meta.dirname, 'server.ts'), [run.server, directory, String(run.shards)]);
  let load: ChildProcess | undefined;
  try {
    const [url] = (await once(server, 'message')) as [string];
    load = fork(join(import.meta.dirname, 'load.ts'), [url, run.sender, String(run.inFlight)]);
    await delay(run.warmUpSeconds * 1000);

    const cpuBefore = cpuSecondsByThread(server.pid ?? 0);
    const machineBefore = machineCpuSeconds();
    const [loadBefore, before] = await reports(load, server);
    const startedAt = performance.now();
    let largestBacklog = 0;
    while (performance.now() - startedAt < run.seconds * 1000) {
      await delay(BACKLOG_LOOK_MS);
      const { streamed, scored } = await ask<ServerReport>(server, 'report');
      largestBacklog = Math.max(largestBacklog, streamed - scored);
    }
    const [inTime, after] = await reports(load, server);
    const seconds = (performance.now() - startedAt) / 1000;
    const stopped = await ask<LoadReport>(load, 'stop');
    const drainStartedAt = performance.now();
    const drained = await ask<ServerReport>(server, 'drain');
    const drainSeconds = (performance.now() - drainStartedAt) / 1000;
    const cpuAfter = cpuSecondsByThread(server.pid ?? 0);
    const machineAfter = machineCpuSeconds();
    const { account } = await ask<Audit>(server, 'audit');
    if (account && !balances(account)) throw new Error(`The account does not balance: ${JSON.stringify(account)}`);
    // More may be stored than was told: a request that took the gateway too long is answered 503.
    if (account && account.accepted < stopped.accepted) {
      throw new Error(`The load was told that ${stopped.accepted} events were accepted; the account has ${account.accepted}`);
    }

    const accepted = inTime.accepted - loadBefore.accepted;
    const done = drained.scored - before.scored;
    const latencies = inTime.latencies.toSorted((a, b) => a - b);
    const own = (cpuAfter?.['all'] ?? 0) - (cpuBefore?.['all'] ?? 0) + stopped.cpuSeconds - loadBefore.cpuSeconds;
    return {
      acceptedPerSecond: Math.round(accepted / seconds),
      sustainedPerSecond: Math.round(done / (seconds + drainSeconds)),
      appliedInTimePerSecond: Math.round((after.scored - before.scored) / seconds),
      deliveredInTimePerSecond: Math.round((after.delivered - before.delivered) / seconds),
      drainSeconds: round(drainSeconds),
      largestBacklog,
      duplicates: account?.scoring.duplicates ?? 0,
      refusedRequests: stopped.refusedRequests,
      latencyMs: { p50: round(latencies[Math.floor(latencies.length * 0.5)] ?? 0), p99: round(latencies[Math.floor(latencies.length * 0.99)] ?? 0) },
      cpuMsPerThousand:
        cpuBefore && cpuAfter && Object.fromEntries(Object.entries(cpuAfter).map(([kind, used]) => [kind, Math.round(((used - (cpuBefore[kind] ?? 0)) * 1e6) / done)])),
      loadCpuMsPerThousand: Math.round(((inTime.cpuSeconds - loadBefore.cpuSeconds) * 1e6) / accepted),
      coresUsedByOthers:
        machineAfter === undefined || machineBefore === undefined
          ? undefined
          : Math.max(0, Math.round(((machineAfter - machineBefore - own) / (seconds + drainSeconds)) * 100) / 100),
    };
  } finally {
    load?.kill();
    const exited = server.exitCode === null ? once(server, 'exit') : undefined;
    server.kill();
    await exited;
    rmSync(directory, { recursive: true, force: true });
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function ask<Answer>(child: ChildProcess, question: string): Promise<Answer> {
  child.send(question);
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended: Promise<never> = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`Expected an answer to ${question}; its process ended with ${code}`);
  });
  const answered = once(child, 'message', { signal }) as Promise<[Answer]>;
  const [answer] = await Promise.race([answered, ended]).finally(() => {
    // Whichever was not first is over too, without a listener left behind.
    for (const promise of [answered, ended]) promise.catch(() => undefined);
    waiting.abort();
  });
  return answer;
}

function reports(load: ChildProcess, server: ChildProcess): Promise<[LoadReport, ServerReport]> {
  return Promise.all([ask<LoadReport>(load, 'report'), ask<ServerReport>(server, 'report')]);
}
