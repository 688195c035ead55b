const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 60_000;

/**
 * Milliseconds to wait after the nth failure in a row (1: the first): 250 ms doubling up to a minute.
 * On AWS a record that always fails was seen to be delivered eight times in 60 s, which these delays give.
 */
export function retryDelayMs(failures: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}
