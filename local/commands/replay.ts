import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { systemClock } from '../clock.ts';
import { eventsClient, eventsUrl } from '../events-api/events-client.ts';
import { DEMO_SERVER_KEY } from '../parameters.ts';
import { replay, type ReplaySummary } from '../weblog/replay.ts';
import { CommandError, UsageError } from './errors.ts';
import { command } from './options.ts';
import { replayBar } from './replay-progress.ts';
import { runCommand } from './run-command.ts';

const REPLAY = command({
  name: 'replay',
  summary: "Posts a web server's access log (common or combined format, gzipped or not) to the API, a page_view for each line.",
  positionals: [{ name: 'FILE', help: 'the log, or - for standard input.' }],
  options: {
    url: { type: 'text', value: 'URL', default: 'http://127.0.0.1:3000', help: 'where the API is: what `npm start` or the stack output says' },
    'write-key': { type: 'text', value: 'KEY', default: DEMO_SERVER_KEY, help: "a server key, as it states the visitors' addresses and agents" },
    rate: { type: 'number', value: 'N', min: 0.001, help: 'lines a second instead of as many as the API takes' },
    speed: { type: 'number', value: 'X', min: 0.001, help: 'X times as fast as the log was written' },
    concurrency: { type: 'integer', value: 'N', default: 4, min: 1, max: 64, help: "requests in flight; a visitor's order is kept" },
    json: { type: 'flag', help: 'print the summary as one line of JSON' },
  },
  examples: [
    { line: 'npm run replay -- access.log.gz', does: 'as fast as the local cloud takes it' },
    { line: 'npm run replay -- access.log --speed 60', does: 'an hour of the log in a minute' },
    { line: 'ssh web cat /var/log/nginx/access.log | npm run replay -- -', does: 'from another machine' },
  ],
  notes: `Replaying a log twice is harmless: the id of an event is a digest of its line and the line's number.
The summary adds up: lines = posted + unparseable, posted = accepted + rejected + unanswered.
The exit code is 1 when the log was not read to its end or lines stayed unanswered.`,
});

await runCommand(REPLAY, async ({ options, positionals }) => {
  const [file = '-'] = positionals;
  if (options.rate !== undefined && options.speed !== undefined) throw new UsageError('--rate and --speed: expected one of them, got both.');
  const url = readUrl(options.url);
  const size = await sizeOf(file);
  await expectListener(url);

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const stream = file === '-' ? undefined : createReadStream(file);
  const bar = stream && size !== undefined && process.stderr.isTTY && !options.json ? await replayBar(stream, file, size) : undefined;

  const client = eventsClient({ url: url.href, writeKey: options['write-key'], maxSockets: options.concurrency, clock: systemClock, random: Math.random });
  try {
    const summary = await replay({
      source: stream ?? process.stdin,
      post: (events, signal) => client.post(events, { 'user-agent': 'millrace-replay' }, signal),
      clock: systemClock,
      pace: pace(options.rate, options.speed),
      lanes: options.concurrency,
      onProgress: (lines) => bar?.update(lines),
      signal: stop.signal,
    }).finally(() => bar?.stop());
    process.stdout.write(options.json ? `${JSON.stringify(asJson(summary))}\n` : describe(summary, url));
    return summary.stopped === undefined && summary.unanswered === 0 ? 0 : 1;
  } catch (error) {
    throw new CommandError(`${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  } finally {
    client.close();
    (stream ?? process.stdin).destroy();
  }
});

function readUrl(text: string): URL {
  try {
    return eventsUrl(text);
  } catch {
    throw new UsageError(`--url: expected an http(s) address such as http://127.0.0.1:3000, got ${JSON.stringify(text)}.`);
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined;
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(error.code === 'ENOENT' ? `${file}: there is no such file. Say which log to replay, or - for standard input.` : `${file}: ${error.message}`);
  });
  if (found.isDirectory()) throw new CommandError(`${file}: expected a log file, got a folder.`);
  return found.isFile() ? found.size : undefined;
}

/** Says at once that nothing is there, where the client's patience would take half a minute. */
async function expectListener(url: URL): Promise<void> {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port, timeout: 10_000 });
    socket.once('connect', () => resolve(void socket.destroy()));
    socket.once('timeout', () => socket.destroy(new Error('no connection within 10 s')));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      reject(new CommandError(`Nothing answers at ${url.origin} (${error.code ?? error.message}). Start it with \`npm start\`, or say where it is with --url.`));
    });
  });
}

function pace(rate: number | undefined, speed: number | undefined): ((index: number, timeMs: number) => number) | undefined {
  if (rate !== undefined) return (index) => (index / rate) * 1000;
  if (speed === undefined) return undefined;
  let firstMs: number | undefined;
  return (_index, timeMs) => (timeMs - (firstMs ??= timeMs)) / speed;
}

function asJson({ unparseableSamples, rejectedSamples, stopped, ...counts }: ReplaySummary): object {
  return { ...counts, stopped: stopped ?? null, unparseable_samples: unparseableSamples, rejected_samples: rejectedSamples };
}

function describe(summary: ReplaySummary, url: URL): string {
  const rejected = Object.values(summary.rejected).reduce((sum, count) => sum + count, 0);
  const rows: [string, number, string][] = [
    ['lines', summary.lines, ''],
    ['= posted', summary.posted, `to ${url.href}`],
    ['+ unparseable', summary.unparseable, ''],
    ['posted', summary.posted, ''],
    ['= accepted', summary.accepted, ''],
    ['+ rejected', rejected, Object.entries(summary.rejected).map(([code, count]) => `${count} ${code}`).join(', ')],
    ['+ unanswered', summary.unanswered, ''],
  ];
  const lines = rows.map(([label, count, note]) => `  ${label.padEnd(15)}${count.toLocaleString('en-US').padStart(12)}  ${note}`.trimEnd());
  for (const { line, reason, text } of summary.unparseableSamples) lines.push(`line ${line}: ${reason}: ${text}`);
  for (const { line, code, reason } of summary.rejectedSamples) lines.push(`line ${line}: rejected (${code}): ${reason}`);
  if (rejected > 0 && summary.rejected.http_401) lines.push('The API does not know this write key; say another with --write-key.');
  if (summary.stopped) lines.push(`Stopped after line ${summary.lines}: ${summary.stopped}. Replaying it again is harmless.`);
  return `${lines.join('\n')}\n`;
}
