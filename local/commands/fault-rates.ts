import { NO_FAULTS, type FaultRates } from '../faults.ts';
import { UsageError } from './errors.ts';

/**
 * Reads `throttle=0.01,lostResponse=0.01,crash=0.005,duplicate=0.01`: each a probability from 0 to 1.
 * Throws UsageError with the known kinds for anything else.
 */
export function parseFaultRates(text: string | undefined): FaultRates {
  const rates = { ...NO_FAULTS };
  for (const part of text === undefined || text === '' ? [] : text.split(',')) {
    const [kind = '', value = ''] = part.split('=', 2).map((piece) => piece.trim());
    const rate = value === '' ? Number.NaN : Number(value);
    if (!Object.hasOwn(rates, kind) || !(rate >= 0 && rate <= 1)) {
      throw new UsageError(
        `--faults: expected a list such as throttle=0.01,crash=0.001 of ${Object.keys(NO_FAULTS).join(', ')} with rates from 0 to 1, got ${JSON.stringify(part)}.`,
      );
    }
    rates[kind as keyof FaultRates] = rate;
  }
  return rates;
}
