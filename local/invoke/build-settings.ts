import { resolve } from 'node:path';
import type { BuildOptions } from 'esbuild';
import type { LambdaFunction } from '../template/deployment.ts';

type Check = (value: unknown) => boolean;
interface Setting {
  apply: (options: BuildOptions, value: never) => void;
  accepts: Check;
  expected: string;
}

const isText: Check = (value) => typeof value === 'string';
const isTruth: Check = (value) => typeof value === 'boolean';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
/** SAM takes `["name=value"]` lists and mappings alike. */
const isPairs: Check = (value) =>
  (Array.isArray(value) && value.every((item) => isText(item) && String(item).includes('='))) ||
  (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText));

const setting = <T>(expected: string, accepts: Check, apply: (options: BuildOptions, value: T) => void): Setting => ({
  expected,
  accepts,
  apply: apply as Setting['apply'],
});

const truth = (apply: (options: BuildOptions, value: boolean) => void) => setting('true or false', isTruth, apply);
const text = (apply: (options: BuildOptions, value: string) => void) => setting('a string', isText, apply);
const texts = (apply: (options: BuildOptions, value: string[]) => void) => setting('a list of strings', isTexts, apply);
const pairs = (apply: (options: BuildOptions, value: Record<string, string>) => void) =>
  setting<unknown>('a list of name=value or a mapping of strings', isPairs, (options, value) => apply(options, toRecord(value)));

/** SAM's names of esbuild's settings, as `sam build` hands them on: docs "Building Node.js Lambda functions with esbuild". */
const SETTINGS: Record<string, Setting> = {
  Alias: pairs((options, value) => (options.alias = value)),
  Banner: pairs((options, value) => (options.banner = value)),
  Define: pairs((options, value) => (options.define = value)),
  EntryPoints: texts(() => undefined),
  External: texts((options, value) => (options.external = value)),
  Footer: pairs((options, value) => (options.footer = value)),
  Format: text((options, value) => (options.format = value as 'cjs' | 'esm')),
  Inject: texts((options, value) => (options.inject = value)),
  KeepNames: truth((options, value) => (options.keepNames = value)),
  Loader: pairs((options, value) => (options.loader = value as BuildOptions['loader'])),
  MainFields: setting<string | string[]>('a string or a list of strings', (value) => isText(value) || isTexts(value), (options, value) => {
    options.mainFields = typeof value === 'string' ? value.split(',') : value;
  }),
  Minify: truth((options, value) => (options.minify = value)),
  OutExtension: pairs((options, value) => (options.outExtension = value)),
  Sourcemap: truth((options, value) => (options.sourcemap = value)),
  SourcesContent: truth((options, value) => (options.sourcesContent = value)),
  Splitting: truth((options, value) => (options.splitting = value)),
  Target: text((options, value) => (options.target = value.split(','))),
  TreeShaking: truth((options, value) => (options.treeShaking = value)),
};

/** What concerns only how `sam build` installs packages; a bundle made from the installed tree does without. */
const WITHOUT_EFFECT = new Set(['UseNpmCi']);

/**
 * The esbuild options that `sam build` would use for this function: its Metadata's BuildProperties over SAM's defaults
 * (minified CommonJS for es2020). Throws an Error naming the function and the property for one it does not know,
 * or whose value has the wrong form.
 */
export function esbuildOptions(fn: LambdaFunction, outDir: string): BuildOptions {
  const options: BuildOptions = {
    absWorkingDir: fn.codeDir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    target: 'es2020',
    outdir: outDir,
    entryPoints: entryPoints(fn),
    logLevel: 'silent',
  };
  for (const [name, value] of Object.entries(fn.build)) {
    if (WITHOUT_EFFECT.has(name)) continue;
    const known = SETTINGS[name];
    if (!known) {
      throw new Error(
        `${fn.logicalId}: BuildProperties.${name} is not a setting that this host knows. ` +
          `Known: ${Object.keys(SETTINGS).join(', ')}. Remove it from Metadata or correct its name.`,
      );
    }
    if (!known.accepts(value)) {
      throw new Error(`${fn.logicalId}: BuildProperties.${name}: expected ${known.expected}, got ${JSON.stringify(value)}.`);
    }
    known.apply(options, value as never);
  }
  return options;
}

function entryPoints(fn: LambdaFunction): string[] {
  const given = fn.build['EntryPoints'];
  if (!Array.isArray(given) || given.length === 0) {
    throw new Error(`${fn.logicalId}: BuildProperties.EntryPoints: expected at least one source file relative to CodeUri, got ${JSON.stringify(given)}.`);
  }
  return given.map((entry) => resolve(fn.codeDir, String(entry)));
}

function toRecord(value: unknown): Record<string, string> {
  if (!Array.isArray(value)) return value as Record<string, string>;
  return Object.fromEntries(
    (value as string[]).map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]),
  );
}
