import { describe, expect, test } from '@jest/globals';
import { sourceFiles, type SourceFile } from '../support/source-files.ts';

const functions = sourceFiles('functions');
const core = sourceFiles('core');
const local = sourceFiles('local');

const isAwsSdk = (specifier: string) => specifier.startsWith('@aws-sdk/') || specifier.startsWith('@smithy/');
const ownFolder = ({ path }: SourceFile) => path.split('/').slice(0, 2).join('/');
/** The base of all errors is below everything. */
const mayBeInDomain = (specifier: string) => /^core\/(?:domain|contracts)\//.test(specifier) || specifier === 'core/errors.ts';
const isOwnFile = (specifier: string) => specifier.endsWith('.ts');

/** Each import that breaks the rule, as `file imports what`. */
function offences(files: SourceFile[], breaks: (specifier: string, file: SourceFile) => boolean): string[] {
  return files.flatMap((file) => file.imports.filter((specifier) => breaks(specifier, file)).map((specifier) => `${file.path} imports ${specifier}`));
}

describe('imports point one way', () => {
  test('a function imports its own folder and core', () => {
    expect(offences(functions, (specifier, file) => isOwnFile(specifier) && !specifier.startsWith(`${ownFolder(file)}/`) && !specifier.startsWith('core/'))).toEqual([]);
  });

  test('core imports core', () => {
    expect(offences(core, (specifier) => isOwnFile(specifier) && !specifier.startsWith('core/'))).toEqual([]);
  });

  test('the domain imports the domain and contracts, and nothing that reads or writes', () => {
    const domain = core.filter(({ path }) => path.startsWith('core/domain/'));
    expect(domain.length).toBeGreaterThan(0);
    expect(offences(domain, (specifier) => (isOwnFile(specifier) ? !mayBeInDomain(specifier) : /^node:(?!crypto$|buffer$|util$|zlib$)/.test(specifier)))).toEqual([]);
  });

  test('contracts import contracts', () => {
    const contracts = core.filter(({ path }) => path.startsWith('core/contracts/'));
    expect(offences(contracts, (specifier) => isOwnFile(specifier) && !specifier.startsWith('core/contracts/'))).toEqual([]);
  });

  test('only core/aws, handlers and the local cloud import the AWS SDK', () => {
    const others = [...functions, ...core].filter(({ path }) => !path.startsWith('core/aws/') && !path.endsWith('/handler.ts'));
    expect(offences(others, isAwsSdk)).toEqual([]);
  });

  test('the local cloud reaches functions through the template alone', () => {
    expect(offences(local, (specifier) => specifier.startsWith('functions/'))).toEqual([]);
  });
});

describe('production code', () => {
  test('reads the environment in handlers only', () => {
    const readers = [...functions, ...core].filter(({ text }) => text.includes('process.env')).map(({ path }) => path);
    expect(readers.filter((path) => !/^functions\/[^/]+\/handler\.ts$/.test(path))).toEqual([]);
  });

  test('never asks whether it runs locally', () => {
    const asking = [...functions, ...core].filter(({ text }) => /AWS_SAM_LOCAL|localhost|127\.0\.0\.1|AWS_ENDPOINT_URL|isLocal/.test(text)).map(({ path }) => path);
    expect(asking).toEqual([]);
  });

  test('has handlers of under 40 lines', () => {
    const lengths = functions.filter(({ path }) => path.endsWith('/handler.ts')).map(({ path, text }) => [path, text.split('\n').length - 1] as const);
    expect(lengths.length).toBeGreaterThan(0);
    expect(lengths.filter(([, lines]) => lines >= 40)).toEqual([]);
  });
});
