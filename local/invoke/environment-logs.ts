import { format } from 'node:util';

type Write = NodeJS.WriteStream['write'];

/** The request that console lines are stamped with; undefined while the module initialises, as on Lambda. */
export interface CurrentRequest {
  id: string | undefined;
}

/**
 * Hands everything that the thread writes to standard output or error to `emit`, and makes `console` write Lambda's
 * text format: time, request id, level and message, separated by tabs.
 */
export function captureLogs(current: CurrentRequest, emit: (text: string) => void): void {
  const write = ((chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
    emit(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') queueMicrotask(() => (done as () => void)());
    return true;
  }) as Write;
  process.stdout.write = write;
  process.stderr.write = write;

  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE' } as const;
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...values: unknown[]) => {
      // Lambda keeps a message of several lines one log event by carriage returns.
      const message = format(...values).replaceAll('\n', '\r');
      emit(`${new Date().toISOString()}\t${current.id ?? 'undefined'}\t${level}\t${message}\n`);
    };
  }
}
