import { MillraceError } from './errors.ts';

/** Environment variables that a function cannot start with; the message has a line for each of them. */
export class ConfigurationError extends MillraceError {
  constructor(problems: readonly string[]) {
    super('ConfigurationError', 'config.invalid', `The environment of this function is not usable:\n${problems.map((problem) => `- ${problem}`).join('\n')}`, {
      problems,
    });
  }
}

/** Turns the text of one variable into its value; throws an Error that says what was expected and what came. */
export type VariableReader<T> = (text: string) => T;

/** Any text but the empty one. */
export function text(value: string): string {
  if (value === '') throw new Error('expected text, got an empty value');
  return value;
}

/** An absolute http or https URL, kept as written. */
export function url(value: string): string {
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) throw new Error(`expected an http or https URL, got ${JSON.stringify(value)}`);
  return value;
}

type Values<S extends Record<string, VariableReader<unknown>>> = { [Name in keyof S]: ReturnType<S[Name]> };

/** Reads all the named variables, or throws one ConfigurationError that names every missing, empty or malformed one. */
export function readConfig<S extends Record<string, VariableReader<unknown>>>(
  readers: S,
  environment: Record<string, string | undefined>,
): Values<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(readers)) {
    const value = environment[name];
    if (value === undefined) {
      problems.push(`${name} is missing: set it under Environment.Variables of the function in template.yaml`);
      continue;
    }
    try {
      values[name] = read(value);
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values as Values<S>;
}
