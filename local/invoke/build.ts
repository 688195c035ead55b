import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { LambdaFunction } from '../template/deployment.ts';
import { esbuildOptions } from './build-settings.ts';

/** Where a function's bundle (LAMBDA_TASK_ROOT) and its merged layers (/opt) lie after a build. */
export interface BuiltFunction {
  taskRoot: string;
  /** undefined when the function has no layers. */
  optDir: string | undefined;
}

/**
 * Bundles one function into `buildDir/<logical id>` as `sam build` would, and lays its layers over each other beside it.
 * Rejects with an Error that names the function and gives esbuild's message with file and line.
 */
export async function buildFunction(fn: LambdaFunction, buildDir: string): Promise<BuiltFunction> {
  const taskRoot = join(buildDir, fn.logicalId, 'task');
  const options = esbuildOptions(fn, taskRoot);
  rmSync(join(buildDir, fn.logicalId), { recursive: true, force: true });
  mkdirSync(taskRoot, { recursive: true });
  // On Lambda a .js file without a package.json is CommonJS, whatever the project around this folder says.
  writeFileSync(join(buildDir, 'package.json'), '{ "type": "commonjs" }\n');
  try {
    await build(options);
  } catch (error) {
    throw new Error(`${fn.logicalId}: esbuild could not bundle it: ${(error as Error).message}`, { cause: error });
  }
  return { taskRoot, optDir: mergeLayers(fn, join(buildDir, fn.logicalId, 'opt')) };
}

/**
 * Bundles the runtime that environments run, types stripped, into one file and returns its path: each environment
 * would otherwise load the type stripper to read it.
 */
export async function buildRuntime(buildDir: string): Promise<string> {
  const outfile = join(buildDir, 'environment-worker.mjs');
  const entry = join(import.meta.dirname, 'environment-worker.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node22', logLevel: 'silent' });
  return outfile;
}

/** Later layers overwrite the files of earlier ones, as Lambda extracts them in order. */
function mergeLayers(fn: LambdaFunction, optDir: string): string | undefined {
  if (fn.layerDirs.length === 0) return undefined;
  for (const layerDir of fn.layerDirs) {
    if (!existsSync(layerDir)) {
      throw new Error(`${fn.logicalId}: its layer's folder ${layerDir} does not exist; check the layer's ContentUri.`);
    }
    cpSync(layerDir, optDir, { recursive: true, dereference: true });
  }
  return optDir;
}
