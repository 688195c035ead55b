import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, type Measured, type Run } from './pipeline/run.ts';
import { machine, median, orderOf } from './rounds.ts';

/**
 * The rate that the whole local pipeline sustains: HTTP API → ingest-events → Kinesis → score-events → DynamoDB, and →
 * Firehose → transform-records → lake, at requests of 20 events. There is no other program that runs this template on
 * one machine; the floor is a bare node:http server that parses the same requests and answers 202.
 * Writes medians and rounds to benchmarks/results/pipeline.json. Arguments: rounds (3), seconds a measurement (20).
 */
const rounds = Number(process.argv[2] ?? 3);
const seconds = Number(process.argv[3] ?? 20);

/** Shards whose limits do not bind: 12,000 records a second. */
const SHARDS = 12;
const IN_FLIGHT = 4;
/** Each environment of a function has started and compiled what it runs often. */
const WARM_UP_SECONDS = 8;
const FLOOR_SECONDS = 3;

const millrace = { server: 'millrace', shards: SHARDS, inFlight: IN_FLIGHT, warmUpSeconds: WARM_UP_SECONDS, seconds } as const;
const VARIANTS: Record<string, Run> = {
  floor: { ...millrace, server: 'floor', sender: 'browser', warmUpSeconds: 1, seconds: Math.min(seconds, FLOOR_SECONDS) },
  "requests of one visitor's 20 events": { ...millrace, sender: 'browser' },
  "requests of 20 visitors' events": { ...millrace, sender: 'server' },
};

const raw: Record<string, Measured[]> = {};
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of orderOf(Object.entries(VARIANTS), round)) {
    const measured = await measure(run);
    (raw[name] ??= []).push(measured);
    console.log(`round ${round + 1}  ${name.padEnd(36)} ${measured.sustainedPerSecond.toLocaleString('en').padStart(8)} events/s  ${JSON.stringify(measured.cpuMsPerThousand)}`);
  }
}

const result = {
  measuredAt: new Date().toISOString(),
  machine: `${machine()}; the load shares the machine`,
  unit: 'sustained events a second: scored and in the lake, the drain included; CPU in milliseconds for 1,000 events; medians of the rounds',
  medians: Object.fromEntries(Object.entries(raw).map(([name, runs]) => [name, medians(runs)])),
  rounds: raw,
};
writeFileSync(join(import.meta.dirname, 'results/pipeline.json'), `${JSON.stringify(result, undefined, 2)}\n`);
console.log(JSON.stringify(result.medians, undefined, 2));

function medians(runs: Measured[]) {
  const of = (value: (run: Measured) => number | undefined): number => median(runs.map((run) => value(run) ?? 0));
  const kinds = Object.keys(runs[0]?.cpuMsPerThousand ?? {});
  return {
    sustainedPerSecond: of((run) => run.sustainedPerSecond),
    acceptedPerSecond: of((run) => run.acceptedPerSecond),
    largestBacklog: of((run) => run.largestBacklog),
    duplicates: of((run) => run.duplicates),
    latencyMs: { p50: of((run) => run.latencyMs.p50), p99: of((run) => run.latencyMs.p99) },
    cpuMsPerThousand: Object.fromEntries(kinds.map((kind) => [kind, of((run) => run.cpuMsPerThousand?.[kind])])),
    loadCpuMsPerThousand: of((run) => run.loadCpuMsPerThousand),
    coresUsedByOthers: of((run) => run.coresUsedByOthers),
  };
}
