// Starts a command with the Node it needs. Plain JavaScript that any Node can read, so that an old one gets
// a sentence and not a syntax error. `npm run` puts node_modules/.bin first on the PATH, where npm on Linux has
// laid Node 24 beside the other packages; elsewhere the machine's own Node counts.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(
    `Millrace needs Node 22.13 or newer, and this is ${process.version} (${process.execPath}).\n` +
      'On Linux (x64, arm64) `npm ci` brings Node 24 as an optional dependency: run `npm ci` again without --omit=optional,\n' +
      'and start commands with `npm start` or `npm run …`. Elsewhere, install a newer Node from https://nodejs.org.',
  );
  process.exit(1);
}

const [name, ...rest] = process.argv.slice(2);
const quiet = '--disable-warning=ExperimentalWarning';
// Node strips types by itself from 22.18 on; before that it wants to be asked, and later it does not mind.
const [args, env] =
  name === 'test'
    ? [['--experimental-vm-modules', quiet, path('../../node_modules/jest/bin/jest.js'), ...rest], {}]
    : [['--experimental-strip-types', quiet, path(`./${name}.ts`), ...rest], {}];

const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
// Ctrl-C reaches the child from the terminal itself; what is sent to this process alone is handed on.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));

function path(relative) {
  return fileURLToPath(new URL(relative, import.meta.url));
}
