import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimDataFolder, readRunning, releaseDataFolder } from './data-folder.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'data-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function claimedBy(pid: number): Promise<void> {
  await writeFile(join(root, 'running.json'), JSON.stringify({ pid, startedAt: '2026-11-22T12:00:00.000Z', urls: {} }));
}

describe('claimDataFolder', () => {
  it('says where the cloud is that has the folder, until it is given back', async () => {
    await claimDataFolder(root, { httpApi: 'http://127.0.0.1:3000' });
    expect(await readRunning(root)).toMatchObject({ pid: process.pid, urls: { httpApi: 'http://127.0.0.1:3000' } });

    await releaseDataFolder(root);
    expect(await readRunning(root)).toBeUndefined();
  });

  it('refuses a folder that a living process has, naming both', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await claimedBy(other.pid as number);

    await expect(claimDataFolder(root)).rejects.toThrow(`The data folder ${root} is in use by process ${other.pid}, started 2026-11-22T12:00:00.000Z.`);

    other.kill('SIGKILL');
    await once(other, 'exit');
  });

  it('waits for a process that is dying, and takes the folder of one that is gone', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await claimedBy(other.pid as number);
    setTimeout(() => other.kill('SIGKILL'), 300);

    await claimDataFolder(root);

    expect(await readRunning(root)).toMatchObject({ pid: process.pid });
  });
});
