import type { Invocation } from '../../invoke/invocation.ts';

/** What an invocation says about its batch. */
export type Verdict =
  | { kind: 'success' }
  /** The whole batch failed. */
  | { kind: 'failure' }
  /** All before `from` succeeded; everything from it on is to be delivered again. */
  | { kind: 'partial'; from: number };

/**
 * Reads a function's response as Lambda does. Without ReportBatchItemFailures only a function error counts. With it,
 * success is: nothing, "", {}, a null or empty list of failures. A failure that names no record of the batch (an empty or
 * missing itemIdentifier, another key, an unknown id) fails the whole batch; else the first record reported counts.
 */
export function verdictOf(invocation: Pick<Invocation, 'functionError' | 'payload'>, ids: string[], reportsFailures: boolean): Verdict {
  if (invocation.functionError) return { kind: 'failure' };
  if (!reportsFailures) return { kind: 'success' };
  const { payload } = invocation;
  if (payload === undefined || payload === null || payload === '' || typeof payload !== 'object') return { kind: 'success' };
  const failures = (payload as { batchItemFailures?: unknown }).batchItemFailures;
  if (failures === undefined || failures === null) return { kind: 'success' };
  if (!Array.isArray(failures)) return { kind: 'failure' };
  if (failures.length === 0) return { kind: 'success' };
  const places = failures.map((failure) => {
    const id = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    return typeof id === 'string' && id !== '' ? ids.indexOf(id) : -1;
  });
  return places.includes(-1) ? { kind: 'failure' } : { kind: 'partial', from: Math.min(...places) };
}
