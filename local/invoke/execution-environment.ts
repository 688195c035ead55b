import { Worker } from 'node:worker_threads';
import type { CrashPlan } from './crash-plan.ts';
import type { EnvironmentData, EnvironmentMessage, FunctionErrorPayload, InvokeMessage } from './messages.ts';

/** What became of one invocation inside an environment. */
export interface Outcome {
  /** JSON text; undefined when `error` is set. */
  responseJson: string | undefined;
  error: FunctionErrorPayload | undefined;
  heapBytes: number;
}

/** Lambda gives the init phase this long besides the function's own timeout. */
const INIT_LIMIT_MS = 10_000;
/** V8 refuses to start with less; Lambda's smallest function has 128 MB. */
const SMALLEST_YOUNG_GENERATION_MB = 16;

/**
 * A worker thread that runs one function's bundle, one invocation at a time.
 * Whatever the code does (throw, exit, hang, exhaust its memory) ends as an Outcome with Lambda's error object;
 * after that `usable` tells whether the thread may serve again.
 */
export class ExecutionEnvironment {
  usable = true;
  idleSinceMs = 0;
  initMs = 0;
  private readonly worker: Worker;
  private logText = '';
  private requestId = '';
  private settle: ((outcome: Outcome) => void) | undefined;
  private initOutcome: Promise<Outcome>;

  /** `runtimeFile` is what buildRuntime made. */
  constructor(runtimeFile: string, data: Omit<EnvironmentData, 'crashed'>, env: Record<string, string>, memoryMb: number) {
    const crashed = new SharedArrayBuffer(4);
    this.initOutcome = new Promise((resolve) => (this.settle = resolve));
    this.worker = new Worker(runtimeFile, {
      // Names the thread for the operating system, so that top and the benchmarks can tell functions apart.
      name: data.functionName,
      workerData: { ...data, crashed } satisfies EnvironmentData,
      env,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: SMALLEST_YOUNG_GENERATION_MB },
      stdout: true,
      stderr: true,
    });
    this.worker.on('message', (message: EnvironmentMessage) => this.receive(message));
    this.worker.on('error', (error) => this.end(workerError(error)));
    this.worker.on('exit', (code) => this.end(exitError(code)));
  }

  /** How much of its time the thread computes. */
  get eventLoop(): Worker['performance'] {
    return this.worker.performance;
  }

  /** Runs the handler; its module first if this is the environment's first invocation. */
  async invoke(requestId: string, eventJson: string, timeoutSeconds: number, crash: CrashPlan | undefined): Promise<Outcome> {
    this.requestId = requestId;
    const init = await this.limited(this.initOutcome, INIT_LIMIT_MS + timeoutSeconds * 1000, timeoutSeconds);
    if (init.error) return init;
    if (crash?.moment === 'beforeHandler') return this.crash();

    const answered = new Promise<Outcome>((resolve) => (this.settle = resolve));
    // A thread that broke between two invocations is found out here.
    if (!this.usable) return failure(exitError(1));
    const message: InvokeMessage = {
      requestId,
      eventJson,
      remainingMs: timeoutSeconds * 1000,
      crashAtCall: crash?.moment === 'atCall' ? crash.call : undefined,
    };
    this.worker.postMessage(message);
    const timer = crash?.moment === 'afterMs' ? setTimeout(() => this.end(killed()), crash.ms) : undefined;
    const outcome = await this.limited(answered, timeoutSeconds * 1000, timeoutSeconds);
    clearTimeout(timer);
    return crash && this.usable ? this.crash() : outcome;
  }

  /** What was written since the last call, as lines. */
  takeLogs(): string[] {
    const lines = this.logText.split('\n').filter((line) => line !== '');
    this.logText = '';
    return lines;
  }

  /** Ends the thread, even out of an endless loop; resolves when it is gone. */
  async terminate(): Promise<void> {
    this.usable = false;
    await this.worker.terminate();
  }

  private receive(message: EnvironmentMessage): void {
    if (message.kind === 'log') this.logText += message.text;
    else if (message.kind === 'ready') {
      this.initMs = message.initMs;
      this.finish({ responseJson: undefined, error: undefined, heapBytes: 0 });
    } else if (message.kind === 'answer' && message.requestId === this.requestId) {
      this.finish({ responseJson: message.responseJson, error: undefined, heapBytes: message.heapBytes });
    } else if (message.kind === 'failed' && message.requestId === this.requestId) {
      this.finish({ responseJson: undefined, error: message.error, heapBytes: message.heapBytes });
    } else if (message.kind === 'initFailed' || message.kind === 'broken') this.end(message.error);
    else if (message.kind === 'crashed') this.end(killed());
  }

  private finish(outcome: Outcome): void {
    this.settle?.(outcome);
    this.settle = undefined;
  }

  /** The environment's end: whoever waits for it gets the error, and it serves no more. */
  private end(error: FunctionErrorPayload): void {
    this.usable = false;
    this.finish(failure({ ...error, errorMessage: error.errorMessage.replace('%REQUEST%', this.requestId) }));
    void this.worker.terminate();
  }

  private crash(): Outcome {
    this.end(killed());
    return failure({ ...killed(), errorMessage: killed().errorMessage.replace('%REQUEST%', this.requestId) });
  }

  private async limited(outcome: Promise<Outcome>, ms: number, timeoutSeconds: number): Promise<Outcome> {
    const timer = setTimeout(() => {
      const text = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
      this.logText += `${new Date().toISOString()} ${this.requestId} ${text}\n`;
      this.end({ errorType: 'Sandbox.Timedout', errorMessage: `RequestId: %REQUEST% Error: ${text}` });
    }, ms);
    try {
      return await outcome;
    } finally {
      clearTimeout(timer);
    }
  }
}

const failure = (error: FunctionErrorPayload): Outcome => ({ responseJson: undefined, error, heapBytes: 0 });

const killed = (): FunctionErrorPayload => ({
  errorType: 'Runtime.ExitError',
  errorMessage: 'RequestId: %REQUEST% Error: Runtime exited with error: signal: killed',
});

function exitError(code: number): FunctionErrorPayload {
  const reason = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: %REQUEST% Error: ${reason}` };
}

function workerError(error: unknown): FunctionErrorPayload {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return { errorType: 'Runtime.OutOfMemory', errorMessage: 'RequestId: %REQUEST% Error: Runtime exited with error: signal: killed' };
  }
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: %REQUEST% Error: Runtime exited with error: ${message}` };
}
