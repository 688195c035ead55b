import type { StreamReference } from '../account.ts';
import { METRIC_NAMES, namedMetrics } from '../streams/shard-level-metrics.ts';
import { STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Switches shard-level metrics off, and says which were on and are on now. */
export const disableEnhancedMonitoring = operation<StreamReference & { ShardLevelMetrics: string[] }>({
  rate: 'account',
  input: { ShardLevelMetrics: METRIC_NAMES, ...STREAM },
  run({ account, lifecycle }, input) {
    const stream = account.findActive(input);
    const { state } = stream;
    const current = state.shardLevelMetrics;
    const named = namedMetrics(input.ShardLevelMetrics);
    const desired = current.filter((metric) => !named.includes(metric));
    state.shardLevelMetrics = desired;
    lifecycle.begin(stream, 'UPDATING', { kind: 'settle', untilMs: account.clock.now() + account.settings.updateStreamMs });
    return { StreamName: state.name, CurrentShardLevelMetrics: current, DesiredShardLevelMetrics: desired, StreamARN: state.arn };
  },
});
