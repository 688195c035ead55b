import { describe, expect, it } from '@jest/globals';
import { parseFaultRates } from './fault-rates.ts';

describe('parseFaultRates', () => {
  it('reads the kinds that are named and leaves the others at none', () => {
    expect(parseFaultRates('throttle=0.25, crash=1')).toEqual({ throttle: 0.25, lostResponse: 0, crash: 1, duplicate: 0 });
    expect(parseFaultRates(undefined)).toEqual({ throttle: 0, lostResponse: 0, crash: 0, duplicate: 0 });
  });

  it.each([['crash'], ['crash='], ['crash=1.1'], ['crash=-0.1'], ['crash=often'], ['fire=0.1'], ['toString=0.1']])('refuses %s and names the kinds', (text) => {
    expect(() => parseFaultRates(text)).toThrow(/--faults: expected .*throttle, lostResponse, crash, duplicate.* got/);
  });
});
