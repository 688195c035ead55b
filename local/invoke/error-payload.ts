import { types } from 'node:util';
import type { FunctionErrorPayload } from './messages.ts';

/**
 * Lambda's error object for what a function threw: name, message and stack of an error; the type's name, the text and
 * no stack of anything else.
 */
export function errorPayload(thrown: unknown): FunctionErrorPayload {
  if (types.isNativeError(thrown) || looksLikeError(thrown)) {
    return { errorType: String(thrown.name), errorMessage: String(thrown.message), trace: (thrown.stack ?? '').split('\n') };
  }
  return { errorType: typeof thrown, errorMessage: textOf(thrown), trace: [] };
}

function looksLikeError(thrown: unknown): thrown is Error {
  const candidate = thrown as Partial<Error> | null | undefined;
  return Boolean(candidate && candidate.name && candidate.message && candidate.stack);
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'null';
  }
}
