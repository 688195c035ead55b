import type { AwsError } from '../../aws-error.ts';
import type { Clock } from '../../clock.ts';
import type { Invocation } from '../../invoke/invocation.ts';
import { retryDelayMs } from './backoff.ts';
import type { Verdict } from './failure-report.ts';
import type { Progress } from './observer.ts';
import { arrivalMs, type StreamRecord } from './stream-record.ts';

/** Why records were given up, in Lambda's words. */
export interface GiveUp {
  condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  /** Invocations of exactly these records so far. */
  invokeCount: number;
  /** undefined when none came to an end. */
  invocation: Invocation | undefined;
}

export interface DeliveryRules {
  clock: Clock;
  signal: AbortSignal;
  /** -1: without end. */
  maximumRetryAttempts: number;
  bisects: boolean;
  /** Records that are older have expired; Infinity for never. */
  maximumAgeMs(): number;
  invoke(records: StreamRecord[]): Promise<Invocation>;
  verdict(invocation: Invocation, records: StreamRecord[]): Verdict;
  /** Whether a success is to be delivered once more, by fault. */
  repeats(): boolean;
  /** Resolves when the failure destination has the records, or none is declared. */
  giveUp(records: StreamRecord[], why: GiveUp): Promise<void>;
  passed(records: StreamRecord[], outcome: Progress['outcome'], invocation?: Invocation): void;
}

/** Records that are delivered together, and how often that failed. */
interface Piece {
  records: StreamRecord[];
  invocations: number;
  /** Function errors, which MaximumRetryAttempts counts. */
  errors: number;
  /** Failures of any kind in a row, which the delay grows with. */
  failures: number;
  notBeforeMs: number;
  wasRepeated: boolean;
  lastInvocation: Invocation | undefined;
}

const piece = (records: StreamRecord[]): Piece => ({
  records, invocations: 0, errors: 0, failures: 0, notBeforeMs: 0, wasRepeated: false, lastInvocation: undefined,
});

/**
 * Delivers one batch until each of its records has passed: processed, or given up for its retries or its age.
 * Returns early, with the rest not passed, only when `signal` aborts.
 * - MaximumRetryAttempts counts function errors; throttles and service errors are retried until the records expire.
 * - A success up to some record makes the rest a batch of its own, with a fresh set of retries.
 * - Bisecting delivers the left half first and does not count as a retry.
 * - Expired records alone are cut out, also before the first invocation.
 */
export async function deliver(batch: StreamRecord[], rules: DeliveryRules): Promise<void> {
  const pieces = [piece(batch)];
  for (let current = pieces[0]; current && !rules.signal.aborted; current = pieces[0]) {
    if (await cutExpired(current, rules)) pieces.shift();
    else if (rules.clock.now() < current.notBeforeMs) await rules.clock.sleep(waitMs(current, rules), rules.signal);
    else pieces.splice(0, 1, ...(await attempt(current, rules)));
  }
}

/** Gives up what has expired; true when nothing of the piece is left. */
async function cutExpired(current: Piece, rules: DeliveryRules): Promise<boolean> {
  const oldestMs = rules.clock.now() - rules.maximumAgeMs();
  const expired = current.records.filter((record) => arrivalMs(record) < oldestMs);
  if (expired.length === 0) return false;
  await rules.giveUp(expired, { condition: 'RecordAgeExceeded', invokeCount: current.invocations, invocation: current.lastInvocation });
  if (rules.signal.aborted) return false;
  rules.passed(expired, 'discarded');
  current.records = current.records.filter((record) => arrivalMs(record) >= oldestMs);
  return current.records.length === 0;
}

/** Until the delay is over or the oldest record expires, whichever is first. */
function waitMs(current: Piece, rules: DeliveryRules): number {
  const oldestMs = Math.min(...current.records.map(arrivalMs));
  const expiresInMs = oldestMs + rules.maximumAgeMs() + 1 - rules.clock.now();
  return Math.max(1, Math.min(current.notBeforeMs - rules.clock.now(), expiresInMs));
}

/** One invocation; returns the pieces that are to be delivered in place of this one. */
async function attempt(current: Piece, rules: DeliveryRules): Promise<Piece[]> {
  let verdict: Verdict;
  try {
    current.lastInvocation = await rules.invoke(current.records);
    verdict = rules.verdict(current.lastInvocation, current.records);
  } catch (error) {
    // An event that is too large will be so next time, so it counts; whatever else keeps Lambda from invoking may pass.
    if ((error as AwsError).statusCode !== 413) return [delayed(current, rules)];
    verdict = { kind: 'failure' };
  }
  current.invocations += 1;
  if (verdict.kind === 'success') return succeeded(current, rules);
  if (verdict.kind === 'partial' && verdict.from > 0) {
    rules.passed(current.records.slice(0, verdict.from), 'processed', current.lastInvocation);
    return [{ ...piece(current.records.slice(verdict.from)), notBeforeMs: rules.clock.now() + retryDelayMs(1) }];
  }
  if (verdict.kind === 'failure' && rules.bisects && current.records.length > 1) {
    const middle = Math.ceil(current.records.length / 2);
    return [piece(current.records.slice(0, middle)), piece(current.records.slice(middle))];
  }
  current.errors += 1;
  if (rules.maximumRetryAttempts === -1 || current.errors <= rules.maximumRetryAttempts) return [delayed(current, rules)];
  await rules.giveUp(current.records, { condition: 'RetryAttemptsExhausted', invokeCount: current.invocations, invocation: current.lastInvocation });
  if (rules.signal.aborted) return [current];
  rules.passed(current.records, 'discarded');
  return [];
}

function succeeded(current: Piece, rules: DeliveryRules): Piece[] {
  if (!current.wasRepeated && rules.repeats()) {
    rules.passed(current.records, 'repeated', current.lastInvocation);
    return [{ ...piece(current.records), wasRepeated: true }];
  }
  rules.passed(current.records, 'processed', current.lastInvocation);
  return [];
}

function delayed(current: Piece, rules: DeliveryRules): Piece {
  const failures = current.failures + 1;
  return { ...current, failures, notBeforeMs: rules.clock.now() + retryDelayMs(failures) };
}
