import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { LambdaFunction } from '../template/deployment.ts';
import { buildFunction, buildRuntime, type BuiltFunction } from './build.ts';
import { CoreLoad } from './core-load.ts';
import { planCrash } from './crash-plan.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { ExecutionEnvironment, type Outcome } from './execution-environment.ts';
import { functionEnvironment, type HostSettings } from './function-environment.ts';
import { FunctionPool } from './function-pool.ts';
import type { FunctionInvoker, Invocation } from './invocation.ts';
import { openLog, type InvocationLog } from './invocation-log.ts';

/** Lambda's limits of a synchronous invocation, in bytes of JSON. */
export const LARGEST_REQUEST_BYTES = 6_291_456;
export const LARGEST_RESPONSE_BYTES = 6_291_556;

const DEFAULT_CONCURRENCY = 1_000;
/** Threads of one function when its invocations mostly wait for answers; how many are wise otherwise, CoreLoad says. */
const DEFAULT_ENVIRONMENTS = 16;
const DEFAULT_IDLE_MS = 300_000;

export interface FunctionHostOptions {
  functions: LambdaFunction[];
  /** Base URLs of the local services by the SDK's name of each: kinesis, dynamodb, s3, sqs, sns. */
  endpoints: Record<string, string>;
  clock: Clock;
  faults: Faults;
  /** Bundles are written here; inside the project, so that externals are found. */
  buildDir: string;
  /** One log file a function when given. */
  logDir?: string | undefined;
  region: string;
  /** Of the account; a function's reserved concurrency is its own limit. Default 1,000, as AWS's. */
  concurrency?: number;
  /** Threads a function; default 16. */
  environmentsPerFunction?: number;
  /** How long an idle environment lives, in milliseconds; default 5 minutes. */
  idleMs?: number;
}

export interface FunctionHost extends FunctionInvoker {
  /** The running environments of a function, busy and idle. */
  environments(functionLogicalId: string): number;
  /** Ends every environment at once, also in the middle of an invocation. */
  stop(): Promise<void>;
}

interface HostedFunction {
  fn: LambdaFunction;
  pool: FunctionPool;
  log: InvocationLog | undefined;
}

/**
 * Builds every function as its template resource says, and runs the bundles as Lambda does.
 * Rejects with the first build error. Times inside functions (timeouts, remaining time) are the machine's own,
 * because their code takes the machine's time whatever the cloud's clock says.
 */
export async function startFunctionHost(options: FunctionHostOptions): Promise<FunctionHost> {
  const settings: HostSettings = { region: options.region, endpoints: options.endpoints, nowhere: join(options.buildDir, 'nowhere') };
  const [runtimeFile, ...built] = await Promise.all([buildRuntime(options.buildDir), ...options.functions.map((fn) => buildFunction(fn, options.buildDir))]);
  const cores = new CoreLoad();
  const hosted = new Map(
    options.functions.map((fn, index) => [fn.logicalId, host(fn, runtimeFile, built[index] as BuiltFunction, settings, options, cores)]),
  );
  const find = (logicalId: string): HostedFunction => {
    const found = hosted.get(logicalId);
    if (!found) {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${logicalId}. The template has ${[...hosted.keys()].join(', ') || 'none'}.`, 404);
    }
    return found;
  };
  return {
    invoke: async (logicalId, event) => invoke(find(logicalId), event, options.faults),
    environments: (logicalId) => find(logicalId).pool.size,
    stop: async () => {
      await Promise.all([...hosted.values()].map(({ pool }) => pool.stop()));
      for (const { log } of hosted.values()) log?.close();
    },
  };
}

function host(fn: LambdaFunction, runtimeFile: string, built: BuiltFunction, settings: HostSettings, options: FunctionHostOptions, cores: CoreLoad): HostedFunction {
  const start = (): ExecutionEnvironment => {
    const day = new Date(options.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStreamName = `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
    const data = {
      taskRoot: built.taskRoot,
      handler: fn.handler,
      functionName: fn.name,
      invokedFunctionArn: fn.arn,
      memoryMb: fn.memoryMb,
      logGroupName: fn.logGroupName,
      logStreamName,
      compileCacheDir: join(options.buildDir, 'compile-cache'),
      callbacksAllowed: Number(/^nodejs(\d+)/.exec(fn.runtime)?.[1] ?? 24) < 24,
    };
    return new ExecutionEnvironment(runtimeFile, data, functionEnvironment(fn, built, settings, logStreamName), fn.memoryMb);
  };
  const pool = new FunctionPool(start, {
    concurrency: fn.reservedConcurrency ?? options.concurrency ?? DEFAULT_CONCURRENCY,
    environments: options.environmentsPerFunction ?? DEFAULT_ENVIRONMENTS,
    idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
  }, cores);
  return { fn, pool, log: options.logDir ? openLog(options.logDir, fn.logicalId) : undefined };
}

async function invoke({ fn, pool, log }: HostedFunction, event: unknown, faults: Faults): Promise<Invocation> {
  const eventJson = JSON.stringify(event ?? {});
  // Only a text that could be too long is measured: UTF-8 takes at most 3 bytes a UTF-16 unit.
  if (eventJson.length * 3 > LARGEST_REQUEST_BYTES && Buffer.byteLength(eventJson) > LARGEST_REQUEST_BYTES) {
    throw new AwsError('RequestEntityTooLargeException', `Request must be smaller than ${LARGEST_REQUEST_BYTES} bytes for the InvokeFunction operation`, 413);
  }
  return pool.use(async (environment, cold) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    const outcome = await environment.invoke(requestId, eventJson, fn.timeoutSeconds, planCrash(faults, fn.logicalId));
    const initMs = cold ? environment.initMs : undefined;
    const durationMs = performance.now() - startedAt - (initMs ?? 0);
    const logs = environment.takeLogs();
    log?.write({ requestId, lines: logs, durationMs, initMs, memoryMb: fn.memoryMb, heapBytes: outcome.heapBytes });
    return {
      requestId,
      ...answer(outcome),
      logs,
      metrics: logs.flatMap(embeddedMetrics),
      coldStart: cold,
      durationMs,
    };
  });
}

function answer({ responseJson, error }: Outcome): Pick<Invocation, 'payload' | 'functionError'> {
  if (error) return { payload: error, functionError: 'Unhandled' };
  const text = responseJson ?? 'null';
  if (text.length * 3 > LARGEST_RESPONSE_BYTES && Buffer.byteLength(text) > LARGEST_RESPONSE_BYTES) {
    return {
      functionError: 'Unhandled',
      payload: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE_BYTES} bytes).`,
      },
    };
  }
  return { payload: JSON.parse(text), functionError: undefined };
}
