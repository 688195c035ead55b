import type { Clock } from '../../clock.ts';
import type { FunctionInvoker } from '../../invoke/invocation.ts';
import type { SourceRecord } from './source-record.ts';
import { recordIdOf, transformEvent } from './transform-request.ts';
import { failAll, FUNCTION_ERROR, FUNCTION_TIMED_OUT, invocationFailure, INVOKE_LIMIT_EXCEEDED, judgeResponse, type TransformFailure, type Verdict } from './transform-response.ts';

/** Firehose waits this long for a function. https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
const INVOCATION_TIMEOUT_MS = 300_000;

export interface TransformTarget {
  invoker: FunctionInvoker;
  functionLogicalId: string;
  deliveryStreamArn: string;
  sourceStreamArn: string;
  numberOfRetries: number;
  /** Between two attempts. */
  retryDelayMs: number;
  clock: Clock;
}

export interface TransformOutcome {
  verdicts: Verdict[];
  attemptsMade: number;
  attemptEndingMs: number;
}

/**
 * Sends a batch through its function and judges each record. A function that fails, times out or is out of concurrency
 * is invoked again, `numberOfRetries` times; then the batch has failed. Never rejects.
 */
export async function transformBatch(target: TransformTarget, records: readonly SourceRecord[], signal: AbortSignal): Promise<TransformOutcome> {
  const { clock, numberOfRetries, retryDelayMs } = target;
  const recordIds = records.map(recordIdOf);
  for (let attemptsMade = 1; ; attemptsMade++) {
    const attempt = await invokeOnce(target, records);
    if ('payload' in attempt) return { verdicts: judgeResponse(attempt.payload, recordIds), attemptsMade, attemptEndingMs: clock.now() };
    if (attemptsMade > numberOfRetries || signal.aborted) return { verdicts: failAll(recordIds, attempt), attemptsMade, attemptEndingMs: clock.now() };
    await clock.sleep(retryDelayMs, signal);
  }
}

async function invokeOnce(target: TransformTarget, records: readonly SourceRecord[]): Promise<{ payload: unknown } | TransformFailure> {
  const event = transformEvent(records, target.deliveryStreamArn, target.sourceStreamArn);
  const timer = new AbortController();
  const timedOut = target.clock.sleep(INVOCATION_TIMEOUT_MS, timer.signal).then(() => FUNCTION_TIMED_OUT);
  const invoked = target.invoker.invoke(target.functionLogicalId, event).then(
    (invocation) => invocationFailure(invocation) ?? { payload: invocation.payload },
    (error: Error) => (error.name === 'TooManyRequestsException' ? INVOKE_LIMIT_EXCEEDED : { ...FUNCTION_ERROR, errorMessage: error.message }),
  );
  try {
    return await Promise.race([invoked, timedOut]);
  } finally {
    timer.abort();
  }
}
