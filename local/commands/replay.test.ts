import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const COMMAND = fileURLToPath(new URL('./replay.ts', import.meta.url));
const LOG = ['192.0.2.1', '2001:db8::2']
  .map((host) => `${host} - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8.5.0"\r\n`)
  .join('')
  .concat('not a log line\n');

let folder = '';
let url = '';
let api: Server;
const received: { key: unknown; events: { ip: string }[] }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  await writeFile(join(folder, 'access.log'), gzipSync(LOG));
  api = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part) => (body += part));
    request.on('end', () => {
      const { events } = JSON.parse(body) as { events: { ip: string }[] };
      received.push({ key: request.headers['x-write-key'], events });
      response.writeHead(202).end(JSON.stringify({ results: events.map(() => ({ status: 'accepted' })) }));
    });
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});

afterAll(async () => {
  api.closeAllConnections();
  api.close();
  await rm(folder, { recursive: true });
});

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', COMMAND, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
    child.stdin?.end(LOG);
  });
}

describe('npm run replay', () => {
  it('posts a log with the server key and sums up in JSON, without a bar where there is no terminal', async () => {
    const { code, stdout, stderr } = await run(join(folder, 'access.log'), '--url', url, '--json');

    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ lines: 3, posted: 2, unparseable: 1, accepted: 2, rejected: {}, unanswered: 0, stopped: null });
    expect(new Set(received.map(({ key }) => key))).toEqual(new Set(['demo-server-key']));
    expect(received.flatMap(({ events }) => events.map(({ ip }) => ip)).toSorted()).toEqual(['192.0.2.1', '2001:db8::2']);
  });

  it('reads standard input, and tells a person about the lines it could not read', async () => {
    const { code, stdout } = await run('-', '--url', url);

    expect(code).toBe(0);
    expect(stdout).toContain('+ unparseable             1\n');
    expect(stdout).toContain('line 3: no [day/month/year:hour:minute:second zone]: not a log line\n');
  });

  it.each([
    ['a file that is not there', ['nowhere.log'], 1, /^nowhere\.log: there is no such file\. Say which log to replay, or - for standard input\.\n$/],
    ['nothing listening', [COMMAND, '--url', 'http://127.0.0.1:9'], 1, /^Nothing answers at http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)\. Start it with `npm start`, or say where it is with --url\.\n$/],
    ['an address that is none', [COMMAND, '--url', 'localhost'], 2, /--url: expected an http\(s\) address such as http:\/\/127\.0\.0\.1:3000, got "localhost"/],
    ['two paces', [COMMAND, '--rate', '1', '--speed', '1'], 2, /--rate and --speed: expected one of them, got both/],
    ['no file', [], 2, /^npm run replay: FILE is missing/],
  ])('explains %s', async (_name, args, expectedCode, message) => {
    const { code, stdout, stderr } = await run(...args);

    expect([code, stdout]).toEqual([expectedCode, '']);
    expect(stderr).toMatch(message);
  });
});
