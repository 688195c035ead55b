import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { measure, RawConnection, requestBytes } from './kinesis/load.ts';
import type { Load } from './kinesis/load.ts';

/**
 * Records a second that servers take: the local Kinesis in memory and with files, a bare server (the floor of cost)
 * and the package kinesis-local, each in a fresh process, the order reversed each round.
 * Writes medians and rounds to benchmarks/results/kinesis.json. Arguments: rounds (3), seconds a measurement (3).
 */
const rounds = Number(process.argv[2] ?? 3);
const seconds = Number(process.argv[3] ?? 3);

const VARIANTS = ['floor', 'millrace', 'millrace-files', 'kinesis-local'] as const;
const LOADS: Load[] = [
  { name: 'PutRecord', operation: 'PutRecord', recordsPerCall: 1, inFlight: 16 },
  { name: 'PutRecords of 500', operation: 'PutRecords', recordsPerCall: 500, inFlight: 4 },
];

async function runFresh(variant: (typeof VARIANTS)[number], load: Load): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'kinesis-bench-'));
  const server = spawn(process.execPath, [join(import.meta.dirname, 'kinesis/server.ts'), variant, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [url] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    if (variant !== 'floor') {
      const control = new RawConnection(url);
      await control.send(requestBytes('CreateStream', { StreamName: 'bench', ShardCount: 4 }));
      while (!(await control.send(requestBytes('DescribeStreamSummary', { StreamName: 'bench' }))).includes('ACTIVE')) await delay(50);
      control.close();
    }
    await measure(url, load, Math.min(1, seconds));
    const perSecond = await measure(url, load, seconds);
    return Math.round(perSecond);
  } finally {
    const exited = once(server, 'exit');
    server.kill();
    await exited;
    rmSync(directory, { recursive: true, force: true });
  }
}

const raw: Record<string, Record<string, number[]>> = {};
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? [...VARIANTS] : [...VARIANTS].toReversed();
  for (const load of LOADS) {
    for (const variant of order) {
      const perSecond = await runFresh(variant, load);
      ((raw[load.name] ??= {})[variant] ??= []).push(perSecond);
      console.log(`round ${round + 1}  ${load.name.padEnd(18)} ${variant.padEnd(15)} ${perSecond.toLocaleString('en')} records/s`);
    }
  }
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const result = {
  measuredAt: new Date().toISOString(),
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; server and client share the machine`,
  unit: '400-byte records a second over kept-alive HTTP/1.1, median of the rounds',
  medians: Object.fromEntries(Object.entries(raw).map(([load, variants]) => [load, Object.fromEntries(Object.entries(variants).map(([variant, values]) => [variant, median(values)]))])),
  rounds: raw,
};
writeFileSync(join(import.meta.dirname, 'results/kinesis.json'), `${JSON.stringify(result, undefined, 2)}\n`);
console.log(JSON.stringify(result.medians, undefined, 2));
