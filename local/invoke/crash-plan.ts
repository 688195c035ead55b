import type { Faults } from '../faults.ts';

/** The moment at which an invocation's environment dies. */
export type CrashPlan =
  | { moment: 'beforeHandler' }
  /** `ms` after the handler got the event, or when it is done if that comes first. */
  | { moment: 'afterMs'; ms: number }
  /** Right before its nth outgoing call, or when it is done if it makes fewer. */
  | { moment: 'atCall'; call: number }
  /** All effects are there, but the answer is lost. */
  | { moment: 'beforeAnswer' };

/** Longest time into an invocation that a crash waits. Most invocations of a batch take less. */
const LATEST_CRASH_MS = 50;
/** A batch makes tens of calls; the first ones are where states are half written. */
const LATEST_CRASH_CALL = 12;

/** Whether and when this invocation of the function crashes: the four moments are equally likely. */
export function planCrash(faults: Faults, functionLogicalId: string): CrashPlan | undefined {
  if (!faults.strikes('crash', functionLogicalId)) return undefined;
  const moment = Math.floor(faults.fraction(functionLogicalId) * 4);
  const extent = faults.fraction(functionLogicalId);
  if (moment === 0) return { moment: 'beforeHandler' };
  if (moment === 1) return { moment: 'afterMs', ms: extent * LATEST_CRASH_MS };
  if (moment === 2) return { moment: 'atCall', call: 1 + Math.floor(extent * LATEST_CRASH_CALL) };
  return { moment: 'beforeAnswer' };
}
