import { operation } from './operation.ts';

/** The account's shards and on-demand streams, and how many it may have. */
export const describeLimits = operation<object>({
  rate: 'account',
  input: {},
  run: ({ account }) => ({
    ShardLimit: account.settings.accountShardLimit,
    OpenShardCount: account.openShardCount('PROVISIONED'),
    OnDemandStreamCount: [...account.streams.values()].filter(({ state }) => state.mode === 'ON_DEMAND').length,
    OnDemandStreamCountLimit: account.settings.onDemandStreamLimit,
  }),
});
