import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { fixtureFunction, temporaryFolder } from '../../tests/support/fixture-function.ts';
import { esbuildOptions } from './build-settings.ts';
import { buildFunction } from './build.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const withBuild = (build: Record<string, unknown>) => fixtureFunction(folder.dir, 'Fn', 'export const handler = 1;', { build });

test("SAM's names become esbuild's options over SAM's defaults", () => {
  const options = esbuildOptions(
    withBuild({
      EntryPoints: ['Fn.ts'], Minify: false, Target: 'node24', Sourcemap: true, Format: 'esm', External: ['@aws-sdk/*'],
      MainFields: 'module,main', Banner: ['js=// hi=1'], Loader: ['.mmdb=file'], Define: { A: '"b"' }, Alias: ['a=b'],
      KeepNames: true, OutExtension: ['.js=.mjs'], UseNpmCi: true,
    }),
    '/out',
  );
  expect(options).toEqual({
    absWorkingDir: folder.dir, bundle: true, platform: 'node', outdir: '/out', logLevel: 'silent',
    entryPoints: [join(folder.dir, 'Fn.ts')], minify: false, target: ['node24'], sourcemap: true, format: 'esm',
    external: ['@aws-sdk/*'], mainFields: ['module', 'main'], banner: { js: '// hi=1' }, loader: { '.mmdb': 'file' },
    define: { A: '"b"' }, alias: { a: 'b' }, keepNames: true, outExtension: { '.js': '.mjs' },
  });
  expect(esbuildOptions(withBuild({ EntryPoints: ['Fn.ts'] }), '/out')).toMatchObject({ minify: true, target: 'es2020', format: 'cjs' });
});

test.each([
  [{ EntryPoints: ['Fn.ts'], Minfy: true }, /^Fn: BuildProperties\.Minfy is not a setting that this host knows\. Known: Alias, /],
  [{ EntryPoints: ['Fn.ts'], Minify: 'yes' }, /^Fn: BuildProperties\.Minify: expected true or false, got "yes"/],
  [{ EntryPoints: ['Fn.ts'], Define: ['nothing'] }, /^Fn: BuildProperties\.Define: expected a list of name=value/],
  [{}, /^Fn: BuildProperties\.EntryPoints: expected at least one source file/],
])('%j is refused, naming function and property', (build, message) => {
  expect(() => esbuildOptions(withBuild(build), '/out')).toThrow(message);
});

test('a bundle lies at the root of the task folder, and source that does not compile is an error with its line', async () => {
  const built = await buildFunction(withBuild({ EntryPoints: ['Fn.ts'], Minify: false }), join(folder.dir, 'build'));
  expect(readFileSync(join(built.taskRoot, 'Fn.js'), 'utf8')).toMatch(/handler/);
  expect(existsSync(join(built.taskRoot, 'package.json'))).toBe(false);
  const broken = fixtureFunction(folder.dir, 'Broken', 'export const handler = ;');
  await expect(buildFunction(broken, join(folder.dir, 'build'))).rejects.toThrow(/^Broken: esbuild could not bundle it: [^]*Broken\.ts:1:23/);
});

test("a layer whose folder is missing is an error naming the function", async () => {
  const fn = { ...withBuild({ EntryPoints: ['Fn.ts'] }), layerDirs: [join(folder.dir, 'absent')] };
  await expect(buildFunction(fn, join(folder.dir, 'build'))).rejects.toThrow(/^Fn: its layer's folder .*absent does not exist/);
});
