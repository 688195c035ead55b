import { AwsError } from '../aws-error.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';

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
 * when all are busy, and ends those that stay idle.
 */
export class FunctionPool {
  private readonly idle: ExecutionEnvironment[] = [];
  private readonly waiting: ((environment: ExecutionEnvironment) => void)[] = [];
  private readonly all = new Set<ExecutionEnvironment>();
  private running = 0;
  private stopped = false;
  private readonly start: () => ExecutionEnvironment;
  private readonly limits: PoolLimits;
  private readonly reaper: NodeJS.Timeout;

  constructor(start: () => ExecutionEnvironment, limits: PoolLimits) {
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
    await Promise.all([...this.all].map((environment) => environment.terminate()));
    this.all.clear();
  }

  private async take(): Promise<{ environment: ExecutionEnvironment; cold: boolean }> {
    for (;;) {
      const environment = this.idle.pop();
      if (!environment) break;
      if (environment.usable) return { environment, cold: false };
      this.all.delete(environment);
    }
    if (this.all.size < this.limits.environments) return { environment: this.startOne(), cold: true };
    const environment = await new Promise<ExecutionEnvironment>((resolve) => this.waiting.push(resolve));
    return environment.usable ? { environment, cold: false } : { environment: this.replace(environment), cold: true };
  }

  private startOne(): ExecutionEnvironment {
    if (this.stopped) throw new AwsError('ServiceException', 'The function host has been stopped.', 500);
    const environment = this.start();
    this.all.add(environment);
    return environment;
  }

  private replace(environment: ExecutionEnvironment): ExecutionEnvironment {
    this.all.delete(environment);
    return this.startOne();
  }

  private giveBack(environment: ExecutionEnvironment): void {
    const next = this.waiting.shift();
    if (next) return next(environment);
    if (!environment.usable) return void this.all.delete(environment);
    environment.idleSinceMs = Date.now();
    this.idle.push(environment);
  }

  private reap(): void {
    const oldest = Date.now() - this.limits.idleMs;
    while (this.idle[0] && this.idle[0].idleSinceMs <= oldest) {
      const environment = this.idle.shift() as ExecutionEnvironment;
      this.all.delete(environment);
      void environment.terminate();
    }
  }
}
