import { operation } from './operation.ts';

/** An account without on-demand advantage. */
export const describeAccountSettings = operation<object>({
  rate: 'account',
  input: {},
  run: () => ({ MinimumThroughputBillingCommitment: { Status: 'DISABLED' } }),
});
