import type { StreamReference } from '../account.ts';
import { limitExceeded, provisionedModeOnly } from '../streams/refusals.ts';
import { STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

const DAY_MS = 86_400_000;

/**
 * Takes a stream to so many equal shards by splits and merges, one after the other, while reads and writes go on.
 * Refused beyond ten times in a rolling day, double, half (an odd count's half rounded up) and the shard limits.
 */
export const updateShardCount = operation<StreamReference & { TargetShardCount: number; ScalingType: 'UNIFORM_SCALING' }>({
  rate: 'account',
  input: {
    ScalingType: { type: 'String', required: true, oneOf: ['UNIFORM_SCALING'] },
    ...STREAM,
    TargetShardCount: { type: 'Integer', required: true, min: 1 },
  },
  run({ account, lifecycle }, input) {
    const { accountId, settings, clock } = account;
    const target = input.TargetShardCount;
    const stream = account.findReadable(input);
    const { state } = stream;
    if (state.mode === 'ON_DEMAND') throw provisionedModeOnly(state.name, accountId);
    account.findActive(input);
    const open = stream.openShards.length;
    const counts = `Current open shard count: ${open}, Target shard count: ${target}`;
    const elsewhere = account.openShardCount('PROVISIONED') - open;
    const limit = Math.min(settings.maxShardsPerStream, settings.accountShardLimit - elsewhere);
    if (target > limit) {
      throw limitExceeded(`Target shard count or number of open shards cannot be greater than ${limit}. ${counts}`);
    }
    if (target > open * 2) throw limitExceeded(`UpdateShardCount cannot scale up over double your current open shard count. ${counts}`);
    if (target < Math.ceil(open / 2)) throw limitExceeded(`UpdateShardCount cannot scale down below half your current open shard count. ${counts}`);
    const now = clock.now();
    const recent = state.shardCountUpdatesMs.filter((updatedMs) => updatedMs > now - DAY_MS);
    if (recent.length >= settings.shardCountUpdatesPerDay) {
      throw limitExceeded(
        `Stream ${state.name} under account ${accountId} has reached its limit of ${settings.shardCountUpdatesPerDay} UpdateShardCount operations in a rolling 24-hour period. ${counts}`,
      );
    }
    state.shardCountUpdatesMs = [...recent, now];
    lifecycle.begin(stream, 'UPDATING', { kind: 'shardCount', target, untilMs: now + settings.updateShardCountStepMs });
    return { StreamName: state.name, CurrentShardCount: open, TargetShardCount: target, StreamARN: state.arn };
  },
});
