import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AwsError } from '../aws-error.ts';
import { LOCAL_PARAMETERS } from '../parameters.ts';
import type { LambdaFunction } from '../template/deployment.ts';
import { loadTemplate } from '../template/load-template.ts';
import { CommandError, UsageError } from './errors.ts';
import { invokeOnce } from './invoke-once.ts';
import { nearest } from './nearest.ts';
import { command, parseAssignments } from './options.ts';
import { runCommand } from './run-command.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const INVOKE = command({
  name: 'invoke',
  summary: 'Runs one function of template.yaml once, as `sam local invoke` does, without Docker. The services it calls are empty and in memory.',
  positionals: [
    { name: 'FUNCTION', help: 'its logical id or its folder, such as ScoreEventsFunction or score-events.' },
    { name: 'EVENT', help: 'a file with the JSON it is given, such as one in events/, or - for standard input.' },
  ],
  options: {
    parameter: { type: 'list', value: 'Name=Value', help: "a parameter of the template, instead of the local cloud's" },
    env: { type: 'list', value: 'NAME=VALUE', help: "a variable of the function's environment" },
  },
  examples: [
    { line: 'npm run invoke -- score-events events/score-events.mixed.json', does: 'a batch of the stream with good and bad records' },
    { line: 'npm run invoke -- ingest-events events/ingest-events.good.json --env POWERTOOLS_LOG_LEVEL=DEBUG', does: 'a request to the API, with a talkative log' },
  ],
  notes: `The response goes to standard output as JSON; what Lambda would log (START, the function's lines, END, REPORT) to standard error.
The exit code is 1 when the function failed.`,
});

await runCommand(INVOKE, async ({ options, positionals }) => {
  const [name = '', file = ''] = positionals;
  const parameters = { ...LOCAL_PARAMETERS, ...parseAssignments('parameter', options.parameter) };
  const environment = parseAssignments('env', options.env);
  const deployment = expected(() => loadTemplate({ file: join(PROJECT, 'template.yaml'), parameters }));
  const fn = findFunction(deployment.functions, name);
  const event = await readEvent(file);

  const buildDir = join(PROJECT, '.millrace', 'invoke');
  const { invocation, log } = await invokeOnce({ fn, event, deployment, buildDir, environment }).catch((error: unknown) => {
    // What cannot be built, or is larger than Lambda takes: the message says it all.
    if (error instanceof AwsError || (error as Error).message.startsWith(`${fn.logicalId}:`)) throw new CommandError((error as Error).message, { cause: error });
    throw error;
  });
  process.stderr.write(log);
  process.stdout.write(`${JSON.stringify(invocation.payload ?? null, null, 2)}\n`);
  return invocation.functionError === undefined ? 0 : 1;
});

function expected<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if ((error as Error).name === 'TemplateError') throw new CommandError((error as Error).message, { cause: error });
    throw error;
  }
}

function findFunction(functions: readonly LambdaFunction[], name: string): LambdaFunction {
  const found = functions.find((fn) => name === fn.logicalId || name.replace(/^functions\/|\/$/g, '') === folderOf(fn));
  if (found) return found;
  const near = nearest(name.replace(/^functions\//, ''), functions.flatMap((fn) => [folderOf(fn), fn.logicalId]));
  const all = functions.map((fn) => `${folderOf(fn)} (${fn.logicalId})`).join(', ');
  throw new UsageError(`FUNCTION: expected one of ${all}; got ${JSON.stringify(name)}.${near ? ` Did you mean ${near}?` : ''}`);
}

/** `ScoreEventsFunction` lives in functions/score-events. */
function folderOf({ logicalId }: LambdaFunction): string {
  return logicalId.replace(/Function$/, '').replaceAll(/(?<=[a-z0-9])[A-Z]/g, '-$&').toLowerCase();
}

async function readEvent(file: string): Promise<unknown> {
  const text = file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(error.code === 'ENOENT' ? `${file}: there is no such file. Say which event to send, or - for standard input.` : `${file}: ${error.message}`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${file === '-' ? 'standard input' : file}: expected JSON: ${(error as Error).message}`, { cause: error });
  }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
