import { expected, invocation, type CommandSpec, type Option } from './options.ts';

/** The text of `--help`: what the command does, its line, its arguments, its options with defaults, and examples. */
export function helpText(spec: CommandSpec<Record<string, Option>>): string {
  const positionals = spec.positionals ?? [];
  const usage = [invocation(spec.name), ...positionals.map((one) => (one.optional ? `[${one.name}]` : one.name)), '[options]'].join(' ');
  const options = Object.entries(spec.options).map(([name, option]): [string, string] => [
    option.type === 'flag' ? `--${name}` : `--${name} ${option.value}`,
    describe(option),
  ]);
  options.push(['--help, -h', 'show this']);
  const rows = [...positionals.map((one): [string, string] => [one.name, one.help]), ...options];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  const table = (lines: [string, string][]): string => lines.map(([label, text]) => `  ${label.padEnd(width)}${text}`).join('\n');

  const parts = [spec.summary, `Usage: ${usage}`];
  if (positionals.length > 0) parts.push(table(positionals.map((one) => [one.name, one.help])));
  parts.push(`Options:\n${table(options)}`);
  if (spec.examples.length > 0) parts.push(`Examples:\n${spec.examples.map(({ line, does }) => `  # ${does}\n  ${line}`).join('\n')}`);
  if (spec.notes) parts.push(spec.notes.trim());
  return `${parts.join('\n\n')}\n`;
}

function describe(option: Option): string {
  if (option.type === 'flag') return option.help;
  const notes: string[] = [];
  if (option.type === 'list') notes.push('may be repeated');
  if (option.type === 'integer' || option.type === 'number') {
    if (option.min !== undefined || option.max !== undefined) notes.push(expected(option));
  }
  if (option.type !== 'list' && option.default !== undefined) notes.push(`default ${option.default}`);
  return notes.length === 0 ? option.help : `${option.help} (${notes.join('; ')})`;
}
