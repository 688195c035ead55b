/** A mapping that stops itself must be heard of: a drain would otherwise wait for it for ever. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { DEMO_WRITE_KEY } from '../../local/parameters.ts';
import { startCommand } from './start-command.ts';
import { startTestCloud } from './test-cloud.ts';

jest.setTimeout(120_000);

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Without the folder of its checkpoints a mapping cannot go on. */
const loseCheckpoints = (dataDir: string): Promise<void> => rename(join(dataDir, 'mappings'), join(dataDir, 'lost'));

const postEvent = (api: string): Promise<Response> =>
  fetch(`${api}/events`, {
    method: 'POST',
    headers: { 'x-write-key': DEMO_WRITE_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ event_type: 'page_view', event_time: new Date().toISOString(), anonymous_id: 'me', page: 'https://shop.example/' }),
  });

test('npm start says at once what stopped the mapping, and ends with 1 without waiting for it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  const command = startCommand(dataDir, ['--no-demo', '--port', '0', '--json']);
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }), () => command.kill());
  const { urls } = await command.ready;
  await loseCheckpoints(dataDir);
  expect((await postEvent(urls['httpApi'] ?? '')).status).toBe(202);
  const { code, stderr, stdout } = await command.ended;
  expect(stderr).toMatch(/Millrace stops, as a part of it did: Error: ENOENT.*mappings/);
  expect([code, stdout]).toEqual([1, '']);
});

test('a drain rejects with what stopped the mapping', async () => {
  const { cloud, dataDir, remove } = await startTestCloud();
  cleanups.push(remove);
  await loseCheckpoints(dataDir);
  expect((await postEvent(cloud.urls.httpApi)).status).toBe(202);
  await expect(cloud.drain()).rejects.toThrow(/ENOENT.*mappings/);
});
