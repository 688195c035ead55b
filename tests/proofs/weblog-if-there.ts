/** `npm run contract:weblog`: the proof of the access log, where the log is; it is no part of the project. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PROJECT } from '../e2e/test-cloud.ts';

const BESIDE_THE_PROJECT = '../shared/data/weblogs/apache_logs.gz';

const places = [
  ...(process.env['MILLRACE_WEBLOG'] ? [resolve(process.env['MILLRACE_WEBLOG'])] : []),
  join(PROJECT, BESIDE_THE_PROJECT),
  // In a fresh clone, as CI makes one, it is beside what was cloned.
  ...clonedFrom().map((origin) => join(origin, BESIDE_THE_PROJECT)),
];
const file = places.find(existsSync);
if (file === undefined) {
  console.log(`NOT RUN: there is no access log; say where one is with MILLRACE_WEBLOG. Looked for ${places.join(', ')}.`);
} else {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'weblog.ts'), file], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

/** The folder on this machine that the project was cloned from, if it was. */
function clonedFrom(): string[] {
  try {
    const origin = execFileSync('git', ['config', '--get', 'remote.origin.url'], { cwd: PROJECT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return origin.startsWith('/') ? [origin] : [];
  } catch {
    return [];
  }
}
