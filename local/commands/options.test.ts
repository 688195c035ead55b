import { describe, expect, it } from '@jest/globals';
import { UsageError } from './errors.ts';
import { helpText } from './help.ts';
import { nearest } from './nearest.ts';
import { command, parseAssignments, parseCommandLine } from './options.ts';

const SPEC = command({
  name: 'start',
  summary: 'Runs things.',
  positionals: [{ name: 'FILE', help: 'what to run.' }, { name: 'OTHER', help: 'more.', optional: true }],
  options: {
    port: { type: 'integer', value: 'PORT', default: 3000, min: 0, max: 65_535, help: 'port of the API' },
    rate: { type: 'number', value: 'N', min: 0, help: 'events a second' },
    data: { type: 'text', value: 'DIR', default: '.millrace', help: 'where state is kept' },
    'no-demo': { type: 'flag', help: 'no traffic' },
    parameter: { type: 'list', value: 'Name=Value', help: 'a parameter' },
  },
  examples: [{ line: 'npm start -- file --port 0', does: 'on any free port' }],
});

describe('parseCommandLine', () => {
  it('fills in defaults and types what came', () => {
    expect(parseCommandLine(SPEC, ['file'])).toEqual({
      options: { port: 3000, rate: undefined, data: '.millrace', 'no-demo': false, parameter: [] },
      positionals: ['file'],
      help: false,
    });
    const line = ['--port=0', '--rate', '2.5', '--no-demo', '--parameter', 'A=1', '--parameter', 'B=2', 'file', 'other', '--data', 'd'];
    expect(parseCommandLine(SPEC, line)).toEqual({
      options: { port: 0, rate: 2.5, data: 'd', 'no-demo': true, parameter: ['A=1', 'B=2'] },
      positionals: ['file', 'other'],
      help: false,
    });
  });

  it.each([
    ['a misspelt option', ['f', '--prot', '1'], 'Unknown option --prot. Did you mean --port? See `npm start -- --help`.'],
    ['an unrelated option', ['f', '--xyzzy'], 'Unknown option --xyzzy. The options are --port, --rate, --data, --no-demo, --parameter, --help.'],
    ['an inherited name', ['f', '--constructor'], 'Unknown option --constructor. The options are --port, --rate, --data, --no-demo, --parameter, --help.'],
    ['a short option', ['f', '-p'], 'Unknown option -p. The options are --port, --rate, --data, --no-demo, --parameter, --help.'],
    ['a number just above its range', ['f', '--port', '65536'], '--port: expected an integer from 0 to 65535, got "65536".'],
    ['a number just below its range', ['f', '--port', '-1'], '--port: expected an integer from 0 to 65535, got "-1".'],
    ['a fraction for an integer', ['f', '--port', '1.5'], '--port: expected an integer from 0 to 65535, got "1.5".'],
    ['a word for a number', ['f', '--rate', 'fast'], '--rate: expected a number of 0 or more, got "fast".'],
    ['hexadecimal for a number', ['f', '--rate', '0x10'], '--rate: expected a number of 0 or more, got "0x10".'],
    ['infinity for a number', ['f', '--rate', '1e999'], '--rate: expected a number of 0 or more, got "1e999".'],
    ['a value left away', ['f', '--data'], '--data: expected a value (DIR), got nothing. Say --data DIR.'],
    ['an option in a value\'s place', ['f', '--data', '--no-demo'], '--data: expected a value (DIR), got "--no-demo". Say --data DIR.'],
    ['a flag with a value', ['f', '--no-demo=yes'], '--no-demo: expected no value, got "yes". Say just --no-demo, or leave it away.'],
    ['a missing argument', [], 'FILE is missing: what to run. See `npm start -- --help`.'],
    ['an argument too many', ['a', 'b', 'c'], 'Unexpected argument "c": expected FILE OTHER. Quote what has spaces.'],
  ])('refuses %s', (_name, argv, message) => {
    expect(() => parseCommandLine(SPEC, argv)).toThrow(new UsageError(message));
  });

  it('takes both ends of a range, "-" as an argument, and what follows "--" as arguments', () => {
    expect(parseCommandLine(SPEC, ['-', '--port', '65535']).options.port).toBe(65_535);
    expect(parseCommandLine(SPEC, ['-']).positionals).toEqual(['-']);
    expect(parseCommandLine(SPEC, ['--', '--port', '-x']).positionals).toEqual(['--port', '-x']);
  });

  it('asks nothing more of a line with --help', () => {
    expect(parseCommandLine(SPEC, ['--nonsense', '-h']).help).toBe(true);
  });
});

describe('helpText', () => {
  it('shows usage, arguments, options with ranges and defaults, and examples', () => {
    expect(helpText(SPEC)).toBe(`Runs things.

Usage: npm start -- FILE [OTHER] [options]

  FILE                    what to run.
  OTHER                   more.

Options:
  --port PORT             port of the API (an integer from 0 to 65535; default 3000)
  --rate N                events a second (a number of 0 or more)
  --data DIR              where state is kept (default .millrace)
  --no-demo               no traffic
  --parameter Name=Value  a parameter (may be repeated)
  --help, -h              show this

Examples:
  # on any free port
  npm start -- file --port 0
`);
  });
});

describe('parseAssignments', () => {
  it('keeps further equals signs in the value', () => {
    expect(parseAssignments('parameter', ['A=b=c', 'D='])).toEqual({ A: 'b=c', D: '' });
  });

  it('refuses an entry without a name', () => {
    expect(() => parseAssignments('parameter', ['=1'])).toThrow('--parameter: expected Name=Value, got "=1".');
  });
});

describe('nearest', () => {
  it.each([
    ['ingest', ['IngestEventsFunction', 'ScoreEventsFunction'], 'IngestEventsFunction'],
    ['score-evnets', ['ingest-events', 'score-events'], 'score-events'],
    ['USER_ID', ['userid', 'event_id'], 'userid'],
    ['completely different', ['port', 'data'], undefined],
    ['-', ['a', 'b'], undefined],
  ])('%s', (name, candidates, found) => {
    expect(nearest(name, candidates)).toBe(found);
  });
});
