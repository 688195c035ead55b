import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readRunning } from '../../local/data-folder.ts';
import { accountOf, listens, startCommand, type StartCommand } from './start-command.ts';
import { PROJECT } from './test-cloud.ts';

// Several processes on two cores that have other work.
jest.setTimeout(120_000);

let folder: string;
let commands: StartCommand[];
let servers: Server[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  [commands, servers] = [[], []];
});

afterEach(async () => {
  await Promise.all(commands.map((command) => command.kill()));
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

function start(dataDir: string, args: string[], project?: string): StartCommand {
  const command = startCommand(dataDir, args, project);
  commands.push(command);
  return command;
}

/** Listens on the third of four ports of which the others are free; returns the first. */
async function takeThirdOfFour(): Promise<number> {
  for (let port = 20_000 + (process.pid % 10_000); ; port += 4) {
    if ((await Promise.all([port, port + 1, port + 2, port + 3].map(listens))).includes(true)) continue;
    const server = createServer().listen(port + 2, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return port;
  }
}

describe('npm start', () => {
  test('on a taken port says which, exits with 1 and leaves nothing running', async () => {
    const port = await takeThirdOfFour();
    const dataDir = join(folder, 'data');
    const { code, stderr } = await start(dataDir, ['--no-demo', '--port', String(port)]).ended;

    expect(stderr).toBe(`DynamoDB: port ${port + 2} on 127.0.0.1 is taken by another process. Stop that process, or choose another port.\n`);
    expect(code).toBe(1);
    expect(await Promise.all([port, port + 1, port + 3].map(listens))).toEqual([false, false, false]);
    expect(await readRunning(dataDir)).toBeUndefined();
  });

  test('on the data folder of another says whose it is; the other goes on, and its ports are closed when it ends', async () => {
    const first = start(folder, ['--no-demo', '--port', '0', '--json']);
    const { pid, urls } = await first.ready;
    const ports = Object.values(urls).map((url) => Number(new URL(url).port));
    const second = await start(folder, ['--no-demo', '--port', '0']).ended;

    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`^The data folder ${folder} is in use by process ${pid}, started \\S+\\. Stop that one, or choose another folder with --data DIR\\.\n$`));
    expect(await readRunning(folder)).toMatchObject({ pid });
    expect(new Set(await Promise.all(ports.map(listens)))).toEqual(new Set([true]));

    first.interrupt();
    const ended = await first.ended;
    expect(ended.code).toBe(0);
    expect(accountOf(ended)).toEqual({
      accepted: 0, delivered: 0, dropped: {}, quarantined: {}, failed: 0, pending: 0,
      scoring: { consumed: 0, applied: 0, duplicates: 0, quarantined: {}, failed: 0, pending: 0 },
    });
    expect(new Set(await Promise.all(ports.map(listens)))).toEqual(new Set([false]));
    expect(await readRunning(folder)).toBeUndefined();
  });

  test('with a template that it does not support names the resource and the property, and exits with 1', async () => {
    const project = join(folder, 'project');
    const parts = ['core', 'functions', 'layers', 'local', 'package.json', 'template.yaml'];
    await Promise.all(parts.map((part) => cp(join(PROJECT, part), join(project, part), { recursive: true })));
    await symlink(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
    const template = await readFile(join(project, 'template.yaml'), 'utf8');
    const changed = template.replace('  AlertQueue:\n    Type: AWS::SQS::Queue\n    Properties:\n', '$&      ContentBasedDuplication: true\n');
    expect(changed).not.toBe(template);
    await writeFile(join(project, 'template.yaml'), changed);
    const line = changed.split('\n').indexOf('      ContentBasedDuplication: true') + 1;
    const { code, stdout, stderr } = await start(join(folder, 'data'), ['--no-demo', '--port', '0'], project).ended;

    expect(stderr).toContain(`template.yaml cannot run here: 1 problem.\n  AlertQueue.Properties.ContentBasedDuplication (line ${line}): the local cloud does not know this property (true); `);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});
