import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A handler as Lambda's Node.js runtime calls it. */
export type Handler = (event: unknown, context: object, callback?: (error: unknown, result?: unknown) => void) => unknown;

/** A failure to find the handler, under the name that Lambda gives it. */
export class RuntimeError extends Error {
  constructor(name: string, message: string, stack?: string) {
    super(message);
    this.name = `Runtime.${name}`;
    if (stack !== undefined) this.stack = stack;
  }
}

/**
 * Finds the function that a template's `Handler` (`folder/file.export`) names under `taskRoot` and runs its module.
 * Rejects with a RuntimeError (ImportModuleError, HandlerNotFound, MalformedHandlerName, UserCodeSyntaxError)
 * or with what the module itself threw.
 */
export async function loadHandler(taskRoot: string, handler: string): Promise<Handler> {
  const slash = handler.lastIndexOf('/');
  const [, moduleName, exportPath] = /^([^.]*)\.(.*)$/.exec(handler.slice(slash + 1)) ?? [];
  if (!moduleName || !exportPath || handler.includes('..')) throw new RuntimeError('MalformedHandlerName', 'Bad handler');

  const modulePath = join(taskRoot, handler.slice(0, slash + 1), moduleName);
  let found: unknown = await loadModule(modulePath, moduleName);
  for (const part of exportPath.split('.')) found = (found as Record<string, unknown> | undefined)?.[part];
  if (found === undefined) throw new RuntimeError('HandlerNotFound', `${handler.slice(slash + 1)} is undefined or not exported`);
  if (typeof found !== 'function') throw new RuntimeError('HandlerNotFound', `${handler.slice(slash + 1)} is not a function`);
  return found as Handler;
}

async function loadModule(modulePath: string, moduleName: string): Promise<unknown> {
  const file = ['.js', '.mjs', '.cjs'].map((extension) => modulePath + extension).find((path) => existsSync(path));
  if (!file) {
    throw new RuntimeError('ImportModuleError', `Error: Cannot find module '${moduleName}'\nRequire stack:\n- /var/runtime/index.mjs`);
  }
  try {
    return file.endsWith('.mjs')
      ? await import(pathToFileURL(file).href)
      : createRequire(join(dirname(file), 'index.js'))(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', String(error), error.stack);
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
      throw new RuntimeError('ImportModuleError', String(error), (error as Error).stack);
    }
    throw error;
  }
}
