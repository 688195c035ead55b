/**
 * One execution environment, run as a worker thread: loads the handler once, then answers invocations one at a time.
 * Stands for Lambda's Node.js runtime interface client and keeps to its error names and texts.
 */
import diagnosticsChannel from 'node:diagnostics_channel';
import module from 'node:module';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { captureLogs, type CurrentRequest } from './environment-logs.ts';
import { errorPayload } from './error-payload.ts';
import { loadHandler, RuntimeError, type Handler } from './load-handler.ts';
import type { EnvironmentData, EnvironmentMessage, InvokeMessage } from './messages.ts';

const data = workerData as EnvironmentData;
const current: CurrentRequest = { id: undefined };
const send = (message: EnvironmentMessage): void => parentPort?.postMessage(message);

captureLogs(current, (text) => send({ kind: 'log', text }));

process.on('uncaughtException', (error) => send({ kind: 'broken', error: errorPayload(error) }));
process.on('unhandledRejection', (reason) => {
  const failure = new RuntimeError('UnhandledPromiseRejection', String(reason), reason instanceof Error ? reason.stack : undefined);
  send({ kind: 'broken', error: errorPayload(failure) });
});

let callsUntilCrash = Infinity;
for (const channel of ['http.client.request.start', 'undici:request:create', 'http2.client.stream.created']) {
  diagnosticsChannel.subscribe(channel, () => {
    callsUntilCrash -= 1;
    if (callsUntilCrash > 0) return;
    send({ kind: 'crashed' });
    Atomics.wait(new Int32Array(data.crashed), 0, 0);
  });
}

// V8's code of the bundle is kept for the next environment, which then starts in a fraction of the time.
module.enableCompileCache(data.compileCacheDir);
let isCacheDue = true;

const startedAt = performance.now();
try {
  const handler = await loadHandler(data.taskRoot, data.handler);
  if (!data.callbacksAllowed && handler.length >= 3) {
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
        'You need to modify this function to use a supported handler signature to use Node.js 24 or later. ' +
        'For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  }
  parentPort?.on('message', (message: InvokeMessage) => void invoke(handler, message));
  send({ kind: 'ready', initMs: performance.now() - startedAt });
} catch (error) {
  send({ kind: 'initFailed', error: errorPayload(error) });
}

async function invoke(handler: Handler, message: InvokeMessage): Promise<void> {
  const { requestId } = message;
  current.id = requestId;
  callsUntilCrash = message.crashAtCall ?? Infinity;
  try {
    const result = await run(handler, JSON.parse(message.eventJson), context(message));
    const responseJson = serialise(result);
    send({ kind: 'answer', requestId, responseJson, heapBytes: getHeapStatistics().used_heap_size });
  } catch (error) {
    const payload = errorPayload(error);
    console.error('Invoke Error', `\t${JSON.stringify({ errorType: payload.errorType, errorMessage: payload.errorMessage, stack: payload.trace })}`);
    send({ kind: 'failed', requestId, error: payload, heapBytes: getHeapStatistics().used_heap_size });
  }
  keepCode();
}

/** Writes the cache once, after an invocation, when it also holds the code that only invocations compile. */
function keepCode(): void {
  if (!isCacheDue) return;
  isCacheDue = false;
  module.flushCompileCache();
}

function run(handler: Handler, event: unknown, invocationContext: Context): Promise<unknown> {
  if (!data.callbacksAllowed) return Promise.resolve(handler(event, invocationContext));
  return new Promise((resolve, reject) => {
    const done = (error: unknown, result?: unknown): void => {
      const settle = (): void => (error === undefined || error === null ? resolve(result) : reject(error));
      // With callbackWaitsForEmptyEventLoop Lambda answers only when nothing is left to run; a thread that is kept
      // alive by its port never gets there, so one turn of the loop stands for it.
      if (invocationContext.callbackWaitsForEmptyEventLoop) setImmediate(settle);
      else settle();
    };
    Object.assign(invocationContext, {
      done,
      succeed: (result: unknown) => done(null, result),
      fail: (error: unknown) => done(error ?? 'handled'),
    });
    const returned = handler(event, invocationContext, done);
    if (typeof (returned as Promise<unknown> | undefined)?.then === 'function') {
      (returned as Promise<unknown>).then(resolve, reject);
    }
  });
}

type Context = ReturnType<typeof context>;

function context({ requestId, remainingMs }: InvokeMessage) {
  const deadlineMs = Date.now() + remainingMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: '$LATEST',
    functionName: data.functionName,
    memoryLimitInMB: String(data.memoryMb),
    logGroupName: data.logGroupName,
    logStreamName: data.logStreamName,
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: data.invokedFunctionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

function serialise(result: unknown): string {
  try {
    // A function or a symbol has no JSON at all; the runtime then sends an empty body, which Invoke shows as null.
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    throw new RuntimeError('JSONStringifyError', 'Unable to stringify response body');
  }
}
