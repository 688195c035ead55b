import { CommandError, UsageError } from './errors.ts';
import { helpText } from './help.ts';
import { invocation, parseCommandLine, type CommandLine, type CommandSpec, type Option } from './options.ts';

/**
 * Runs a command on this process's arguments. Its exit code is what `main` returns (0 for nothing), 2 for a wrong
 * command line and 1 for what went wrong; expected errors are their message alone, a bug keeps its stack.
 */
export async function runCommand<const Options extends Record<string, Option>>(
  spec: CommandSpec<Options>,
  main: (line: CommandLine<Options>) => Promise<number | void>,
): Promise<void> {
  // `… | head` closes the pipe early: that is the reader's right and no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  try {
    const line = parseCommandLine(spec, process.argv.slice(2));
    if (line.help) process.stdout.write(helpText(spec));
    else process.exitCode = (await main(line)) ?? 0;
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    process.stderr.write(`${explain(error, spec.name)}\n`);
  }
}

function explain(error: unknown, name: string): string {
  if (error instanceof UsageError) return `${invocation(name).replace(/ --$/, '')}: ${error.message}`;
  if (error instanceof CommandError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
