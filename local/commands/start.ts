import { once } from 'node:events';
import { relative, resolve } from 'node:path';
import { describeAccount, balances } from '../account/account.ts';
import { Bookkeeper } from '../account/bookkeeper.ts';
import { systemClock } from '../clock.ts';
import { startCloud, type Cloud } from '../cloud.ts';
import { claimDataFolder, releaseDataFolder } from '../data-folder.ts';
import { demoShop } from '../demo/demo-shop.ts';
import { SOURCE_IP_HEADER, startDriver } from '../demo/driver.ts';
import { seededFaults } from '../faults.ts';
import { DEMO_WRITE_KEY, LOCAL_PARAMETERS } from '../parameters.ts';
import { seededRandom } from '../random.ts';
import { CommandError } from './errors.ts';
import { parseFaultRates } from './fault-rates.ts';
import { liveCounters } from './live-counters.ts';
import { showLive } from './live-line.ts';
import { command, parseAssignments } from './options.ts';
import { runCommand } from './run-command.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const DEFAULT_DATA = '.millrace';
/** Highest port that leaves room for the services behind it. */
const LAST_BASE_PORT = 65_532;

const START = command({
  name: 'start',
  summary: 'Runs the whole template on this machine, with the traffic of a demo shop in it.',
  options: {
    port: { type: 'integer', value: 'PORT', default: 3000, min: 0, max: LAST_BASE_PORT, help: 'of the HTTP API; Kinesis, DynamoDB, and S3 with SQS take the next three. 0: any free ones' },
    data: { type: 'text', value: 'DIR', default: DEFAULT_DATA, help: 'where streams, tables, queues and the lake are kept' },
    rate: { type: 'number', value: 'N', default: 20, min: 0.01, max: 100_000, help: 'events a second of the demo shop' },
    seed: { type: 'integer', value: 'N', default: 1, min: 0, max: 4_294_967_295, help: 'of the demo shop and of the faults' },
    'no-demo': { type: 'flag', help: 'no demo shop: the only traffic is your own' },
    for: { type: 'number', value: 'SECONDS', min: 0, max: 2_000_000, help: 'stop after so long, as Ctrl-C does' },
    json: { type: 'flag', help: 'print the account as one line of JSON, the last of the output' },
    faults: { type: 'text', value: 'LIST', help: 'things that go wrong by seed, such as throttle=0.01,lostResponse=0.01,crash=0.001,duplicate=0.01' },
    parameter: { type: 'list', value: 'Name=Value', help: "a parameter of the template, instead of the local cloud's" },
  },
  examples: [
    { line: 'npm start', does: 'until Ctrl-C' },
    { line: 'npm start -- --for 30 --json', does: 'half a minute, and the account as JSON' },
    { line: 'npm start -- --rate 500 --parameter ShardCount=2', does: 'more traffic on more shards' },
    { line: 'npm start -- --faults throttle=0.05,crash=0.01 --seed 7', does: 'the same bad day each time' },
  ],
  notes: `At the end it takes no more requests, waits until everything accepted is scored and in the lake, and prints the
account. A second Ctrl-C ends the wait. The exit code is 1 when the account does not add up or something is pending.`,
});

await runCommand(START, async ({ options }) => {
  const startedAt = performance.now();
  const dataDir = resolve(options.data);
  const out = options.json ? process.stderr : process.stdout;
  const parameters = { ...LOCAL_PARAMETERS, ...parseAssignments('parameter', options.parameter) };
  const faults = seededFaults(options.seed, parseFaultRates(options.faults));
  const ending = new AbortController();
  const impatient = new AbortController();
  const onSignal = (): void => (ending.signal.aborted ? impatient.abort() : ending.abort());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);

  await claimDataFolder(dataDir).catch(rethrowAsCommandError);
  const books = new Bookkeeper(dataDir, systemClock);
  let hasFailed = false;
  let cloud: Cloud | undefined;
  try {
    cloud = await startCloud({
      templateFile: resolve(PROJECT, 'template.yaml'),
      parameters,
      port: options.port,
      dataDir,
      buildDir: resolve(dataDir, 'build'),
      clock: systemClock,
      faults,
      sourceIpHeader: SOURCE_IP_HEADER,
      ...books.observers,
      onFailure: (error) => {
        // Said at once and without a drain: what is left would never be scored, and stopping may take a while.
        process.stderr.write(`\nMillrace stops, as a part of it did: ${describe(error)}\n`);
        hasFailed = true;
        ending.abort();
        impatient.abort();
      },
    }).catch(rethrowAsCommandError);
    await claimDataFolder(dataDir, cloud.urls);
    out.write(welcome(cloud, dataDir, (performance.now() - startedAt) / 1000));

    const endLive = showLive(liveCounters(cloud, books), out);
    const driver = options['no-demo']
      ? undefined
      : startDriver({
          requests: demoShop({ seed: options.seed, ratePerSecond: options.rate, startMs: systemClock.now() }),
          url: cloud.urls.httpApi,
          writeKey: DEMO_WRITE_KEY,
          clock: systemClock,
          random: seededRandom(options.seed),
        });
    await (options.for === undefined ? untilAborted(ending.signal) : systemClock.sleep(options.for * 1000, ending.signal));
    ending.abort();
    await driver?.stop();
    await Promise.race([cloud.drain(), untilAborted(impatient.signal)]);
    endLive();
    if (hasFailed) return 1;

    const account = await books.account(cloud);
    if (!options.json) out.write(`${describeAccount(account)}\n`);
    await cloud.stop();
    if (options.json) process.stdout.write(`${JSON.stringify(account)}\n`);
    return balances(account) && account.pending === 0 && account.scoring.pending === 0 ? 0 : 1;
  } finally {
    await cloud?.stop();
    await releaseDataFolder(dataDir);
  }
});

function welcome({ urls, deployment }: Cloud, dataDir: string, seconds: number): string {
  const data = dataDir === resolve(DEFAULT_DATA) ? '' : ` --data ${relative('.', dataDir)}`;
  const event = '{"event_type":"page_view","event_time":"\'$(date -u +%FT%TZ)\'","anonymous_id":"me","page":"https://shop.example/"}';
  return `
Millrace is ready after ${seconds.toFixed(1)} s: ${deployment.functions.length} functions, ${deployment.streams.length} stream, ${deployment.deliveryStreams.length} delivery stream. Data in ${dataDir}.
  HTTP API ${urls.httpApi}   Kinesis ${urls.kinesis}
  DynamoDB ${urls.dynamodb}   S3, SQS ${urls.s3}

Post an event of your own, and find it in the lake some seconds later:
  curl ${urls.httpApi}/events -H 'x-write-key: ${DEMO_WRITE_KEY}' -H 'content-type: application/json' \\
    -d '${event}'
  npm run query -- "select event_type, page, received_at from events where anonymous_id = 'me'"${data}
Ctrl-C drains it and prints the account of every event.

`;
}

/** A refusal that a mapping states is its message; anything else is a bug and keeps its stack. */
function describe(error: Error): string {
  return error.name === 'AggregatedRecordError' ? error.message : (error.stack ?? error.message);
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function rethrowAsCommandError(error: unknown): never {
  throw new CommandError((error as Error).message, { cause: error });
}
