import { parseArgs } from 'node:util';
import { UsageError } from './errors.ts';
import { nearest } from './nearest.ts';

interface Described {
  /** One line for `--help`; the default and the range are added to it. */
  help: string;
}

/** One option of a command, without its dashes; `value` is the placeholder that `--help` shows. */
export type Option = Described &
  (
    | { type: 'flag' }
    | { type: 'text'; value: string; default?: string }
    | { type: 'list'; value: string }
    | { type: 'integer' | 'number'; value: string; default?: number; min?: number; max?: number }
  );

export interface Positional extends Described {
  name: string;
  /** Optional ones come last. */
  optional?: boolean;
}

/** Everything there is to know of a command's line: what parses it also prints its help. */
export interface CommandSpec<Options extends Record<string, Option>> {
  /** As in `npm run NAME`; `start` is shown as `npm start`. */
  name: string;
  /** One sentence. */
  summary: string;
  positionals?: readonly Positional[];
  options: Options;
  /** Whole lines that run as they are, with what each does. */
  examples: readonly { line: string; does: string }[];
  /** Anything else that belongs at the end of the help. */
  notes?: string;
}

type ValueOf<O extends Option> = O extends { type: 'flag' }
  ? boolean
  : O extends { type: 'list' }
    ? string[]
    : O extends { type: 'text' }
      ? O extends { default: string } ? string : string | undefined
      : O extends { default: number } ? number : number | undefined;

export interface CommandLine<Options extends Record<string, Option>> {
  options: { [Name in keyof Options]: ValueOf<Options[Name]> };
  positionals: string[];
  /** `--help` was there: nothing else was checked. */
  help: boolean;
}

/** The same spec, its options' literal types kept so that the parsed values are typed. */
export function command<const Options extends Record<string, Option>>(spec: CommandSpec<Options>): CommandSpec<Options> {
  return spec;
}

/** The options and positionals of a command line, checked and typed. Throws UsageError for the first thing that is wrong. */
export function parseCommandLine<Options extends Record<string, Option>>(
  spec: CommandSpec<Options>,
  argv: readonly string[],
): CommandLine<Options> {
  const known: Record<string, { type: 'string' | 'boolean'; short?: string }> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, option] of Object.entries(spec.options)) known[name] = { type: option.type === 'flag' ? 'boolean' : 'string' };
  const { tokens } = parseArgs({ args: [...argv], options: known, strict: false, allowPositionals: true, tokens: true });

  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(spec.options)) {
    values[name] = option.type === 'flag' ? false : option.type === 'list' ? [] : option.default;
  }
  const positionals: string[] = [];
  const help = tokens.some((token) => token.kind === 'option' && token.name === 'help');
  for (const token of help ? [] : tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = spec.options[token.name];
    if (!option || !Object.hasOwn(spec.options, token.name)) throw unknownOption(spec, token.rawName, token.name);
    const value = readValue(token.name, option, token.value, token.inlineValue === true);
    if (option.type === 'list') (values[token.name] as unknown[]).push(value);
    else values[token.name] = value;
  }
  if (!help) checkPositionals(spec, positionals);
  return { options: values as CommandLine<Options>['options'], positionals, help };
}

function readValue(name: string, option: Option, text: string | undefined, inline: boolean): unknown {
  if (option.type === 'flag') {
    if (text !== undefined) throw new UsageError(`--${name}: expected no value, got ${quote(text)}. Say just --${name}, or leave it away.`);
    return true;
  }
  // A value that is an option's name was forgotten rather than meant; `--name=--value` says it is meant.
  if (text === undefined || (text === '' && option.type !== 'text') || (!inline && text.startsWith('--'))) {
    const came = text === undefined || text === '' ? 'nothing' : quote(text);
    throw new UsageError(`--${name}: expected ${expected(option)}, got ${came}. Say --${name} ${option.value}.`);
  }
  if (option.type === 'text' || option.type === 'list') return text;
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  const { min = -Infinity, max = Infinity } = option;
  if (!Number.isFinite(number) || (option.type === 'integer' && !Number.isSafeInteger(number)) || number < min || number > max) {
    throw new UsageError(`--${name}: expected ${expected(option)}, got ${quote(text)}.`);
  }
  return number;
}

/** What a value of this option is, in words: "an integer from 0 to 65535". */
export function expected(option: Exclude<Option, { type: 'flag' }>): string {
  if (option.type === 'text' || option.type === 'list') return `a value (${option.value})`;
  const kind = option.type === 'integer' ? 'an integer' : 'a number';
  if (option.min !== undefined && option.max !== undefined) return `${kind} from ${option.min} to ${option.max}`;
  if (option.min !== undefined) return `${kind} of ${option.min} or more`;
  return option.max === undefined ? kind : `${kind} of ${option.max} or less`;
}

function unknownOption(spec: CommandSpec<Record<string, Option>>, rawName: string, name: string): UsageError {
  const names = [...Object.keys(spec.options), 'help'];
  const near = rawName.startsWith('--') ? nearest(name, names) : undefined;
  return new UsageError(
    near
      ? `Unknown option ${rawName}. Did you mean --${near}? See \`${invocation(spec.name)} --help\`.`
      : `Unknown option ${rawName}. The options are ${names.map((known) => `--${known}`).join(', ')}.`,
  );
}

function checkPositionals(spec: CommandSpec<Record<string, Option>>, positionals: string[]): void {
  const wanted = spec.positionals ?? [];
  const missing = wanted[positionals.length];
  if (missing && !missing.optional) {
    throw new UsageError(`${missing.name} is missing: ${missing.help} See \`${invocation(spec.name)} --help\`.`);
  }
  const surplus = positionals[wanted.length];
  if (surplus !== undefined) {
    const takes = wanted.length === 0 ? 'no arguments' : wanted.map(({ name }) => name).join(' ');
    throw new UsageError(`Unexpected argument ${quote(surplus)}: expected ${takes}. Quote what has spaces.`);
  }
}

/** Entries `Name=Value` as a record; the value may hold further `=`. Throws UsageError naming the option and the entry. */
export function parseAssignments(option: string, entries: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const entry of entries) {
    const at = entry.indexOf('=');
    if (at < 1) throw new UsageError(`--${option}: expected Name=Value, got ${quote(entry)}.`);
    result[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return result;
}

/** How a person runs the command: `npm start` or `npm run NAME`. What is passed on follows `--`. */
export function invocation(name: string): string {
  return name === 'start' ? 'npm start --' : `npm run ${name} --`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
