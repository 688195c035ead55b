import { seededRandom } from './random.ts';

/** What can go wrong on purpose; each rate is the probability of it per opportunity, 0 to 1. */
export interface FaultRates {
  /** A call is refused as throttled; in PutRecords each record by itself. */
  throttle: number;
  /** A call takes effect, but its answer never comes: the connection closes. */
  lostResponse: number;
  /** A function's environment dies at a random moment of its invocation. */
  crash: number;
  /** A batch that succeeded is delivered again, as at-least-once delivery may. */
  duplicate: number;
}

export const NO_FAULTS: FaultRates = { throttle: 0, lostResponse: 0, crash: 0, duplicate: 0 };

/** Decides by seed which opportunities fail; asking is the only effect. */
export interface Faults {
  /** Whether this opportunity suffers `kind`. `where` names the service or function and has a sequence of its own. */
  strikes(kind: keyof FaultRates, where: string): boolean;
  /** A number in [0, 1) from the sequence of `where`, for the moment or the place of a fault. */
  fraction(where: string): number;
}

/**
 * Faults that depend only on the seed, the kind, the place and how often that place was asked,
 * so that traffic in one service does not shift the faults of another.
 */
export function seededFaults(seed: number, rates: FaultRates): Faults {
  const sequences = new Map<string, () => number>();
  const next = (name: string): number => {
    let sequence = sequences.get(name);
    if (!sequence) sequences.set(name, (sequence = seededRandom(hash(`${seed}/${name}`))));
    return sequence();
  };
  return {
    strikes: (kind, where) => rates[kind] > 0 && next(`${kind}/${where}`) < rates[kind],
    fraction: (where) => next(`fraction/${where}`),
  };
}

export const noFaults: Faults = seededFaults(0, NO_FAULTS);

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
