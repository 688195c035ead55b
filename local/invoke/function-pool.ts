import { AwsError } from '../aws-error.ts';
import type { CoreLoad } from './core-load.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';

/**
 * How long an invocation waits for a busy environment before it gets a new one, in milliseconds: about the time that a
 * start takes, so that short invocations share few environments.
 */
const START_PATIENCE_MS = 100;

export interface PoolLimits {
  /** Invocations at the same time before Lambda refuses more. */
  concurrency: number;
  /** Threads at the same time; above it invocations wait for one, as a cold start would make them. */
  environments: number;
  /** An environment that served no one for so long is ended, in milliseconds. */
  idleMs: number;
}

/**
 * The execution environments of one function: reuses the one that was used last, as Lambda does, starts another
 * when all stay busy, and ends those that stay idle. While the machine's cores are busy computing, a function has at
 * most one for each core: another would slow down the others, and a start costs as much as many invocations.
 */
export class FunctionPool {
  private readonly idle: ExecutionEnvironment[] = [];
  private readonly waiting: ((environment: ExecutionEnvironment | undefined) => void)[] = [];
  private readonly all = new Set<ExecutionEnvironment>();
  private running = 0;
  private stopped = false;
  private readonly start: () => ExecutionEnvironment;
  private readonly limits: PoolLimits;
  private readonly cores: CoreLoad;
  private readonly reaper: NodeJS.Timeout;

  constructor(start: () => ExecutionEnvironment, limits: PoolLimits, cores: CoreLoad) {
    this.cores = cores;
    this.start = start;
    this.limits = limits;
    this.reaper = setInterval(() => this.reap(), Math.max(100, limits.idleMs / 4)).unref();
  }

  /** How many environments there are, busy and idle. */
  get size(): number {
    return this.all.size;
  }

  /**
   * Runs `work` in an environment of its own. `cold` says that it was started for this.
   * Rejects with AwsError TooManyRequestsException (429) above the concurrency limit.
   */
  async use<Result>(work: (environment: ExecutionEnvironment, cold: boolean) => Promise<Result>): Promise<Result> {
    if (this.running >= this.limits.concurrency) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    this.running += 1;
    try {
      const { environment, cold } = await this.take();
      try {
        return await work(environment, cold);
      } finally {
        this.giveBack(environment);
      }
    } finally {
      this.running -= 1;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.reaper);
    await Promise.all([...this.all].map((environment) => this.end(environment)));
  }

  private async take(): Promise<{ environment: ExecutionEnvironment; cold: boolean }> {
    for (;;) {
      const environment = this.idle.pop();
      if (!environment) break;
      if (environment.usable) return { environment, cold: false };
      void this.end(environment);
    }
    if (this.all.size === 0) return { environment: this.startOne(), cold: true };
    const environment = await this.waitForOne();
    if (environment?.usable) return { environment, cold: false };
    if (environment) void this.end(environment);
    return { environment: this.startOne(), cold: true };
  }

  /** The next environment that is given back; undefined when a new one is due. */
  private waitForOne(): Promise<ExecutionEnvironment | undefined> {
    return new Promise((resolve) => {
      const taken = (environment: ExecutionEnvironment | undefined): void => {
        clearInterval(patience);
        resolve(environment);
      };
      const patience = setInterval(() => {
        if (this.all.size >= this.limits.environments || !this.cores.allowAnother(this.all.size)) return;
        this.waiting.splice(this.waiting.indexOf(taken), 1);
        taken(undefined);
      }, START_PATIENCE_MS);
      this.waiting.push(taken);
    });
  }

  private startOne(): ExecutionEnvironment {
    if (this.stopped) throw new AwsError('ServiceException', 'The function host has been stopped.', 500);
    const environment = this.start();
    this.all.add(environment);
    this.cores.add(environment.eventLoop);
    return environment;
  }

  private end(environment: ExecutionEnvironment): Promise<void> {
    this.all.delete(environment);
    this.cores.delete(environment.eventLoop);
    return environment.terminate();
  }

  private giveBack(environment: ExecutionEnvironment): void {
    const next = this.waiting.shift();
    if (next) return next(environment);
    if (!environment.usable) return void this.end(environment);
    environment.idleSinceMs = Date.now();
    this.idle.push(environment);
  }

  private reap(): void {
    const oldest = Date.now() - this.limits.idleMs;
    while (this.idle[0] && this.idle[0].idleSinceMs <= oldest) {
      void this.end(this.idle.shift() as ExecutionEnvironment);
    }
  }
}
