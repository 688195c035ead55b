import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Account } from '../../local/account/account.ts';
import { Bookkeeper } from '../../local/account/bookkeeper.ts';
import { systemClock } from '../../local/clock.ts';
import { startCloud } from '../../local/cloud.ts';
import { noFaults } from '../../local/faults.ts';
import { LOCAL_PARAMETERS } from '../../local/parameters.ts';

/**
 * One server in this process, its URL the first message to its parent: `floor` (parses the JSON and answers 202) or
 * `millrace` (the whole template, as `npm start` runs it, with files in DIR and SHARDS shards).
 * To `report` it answers a ServerReport; to `drain` the same, when everything accepted has reached its end; to `audit`
 * the account, undefined of the floor.
 */
const [variant, dataDir = '', shards = '1'] = process.argv.slice(2);
const PROJECT = resolve(import.meta.dirname, '../..');

/** Events so far: stored on the stream, through scoring, and through the transform into the lake. */
export interface ServerReport {
  streamed: number;
  scored: number;
  delivered: number;
}

export interface Audit {
  account: Account | undefined;
}

if (variant === 'floor') {
  let streamed = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { events } = JSON.parse(Buffer.concat(chunks).toString()) as { events: { event_id: string }[] };
      streamed += events.length;
      const body = JSON.stringify({ accepted: events.length, rejected: 0, results: events.map(({ event_id }) => ({ event_id, status: 'accepted' })) });
      response.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
    });
  });
  const report = (): ServerReport => ({ streamed, scored: streamed, delivered: streamed });
  serve(report, async () => undefined, async () => ({ account: undefined }));
  server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
} else {
  const books = new Bookkeeper(dataDir, systemClock);
  const cloud = await startCloud({
    templateFile: join(PROJECT, 'template.yaml'),
    parameters: { ...LOCAL_PARAMETERS, ShardCount: shards },
    port: 0,
    dataDir,
    buildDir: join(PROJECT, '.millrace/build-benchmark'),
    clock: systemClock,
    faults: noFaults,
    ...books.observers,
  });
  let streamed = 0;
  cloud.kinesis.onAppend((_stream, _shard, records) => (streamed += records.length));
  const report = (): ServerReport => ({
    streamed,
    scored: books.consumed(),
    delivered: sum([...cloud.deliveryStreams.values()].map(({ counters }) => counters.delivered + counters.dropped)),
  });
  serve(report, () => cloud.drain(), async () => {
    const account = await books.account(cloud);
    await cloud.stop();
    return { account };
  });
  process.send?.(cloud.urls.httpApi);
}

function serve(report: () => ServerReport, drain: () => Promise<void>, audit: () => Promise<Audit>): void {
  process.on('message', (message: 'report' | 'drain' | 'audit') => {
    if (message === 'report') process.send?.(report());
    else if (message === 'drain') void drain().then(() => process.send?.(report()));
    else void audit().then((answer) => process.send?.(answer, () => process.exit()));
  });
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
