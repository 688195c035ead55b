import type { Member } from '../validation/shape.ts';

/** The metrics that enhanced monitoring can switch on, in AWS's order. */
export const SHARD_LEVEL_METRICS = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
] as const;

/** The member by which requests name them. */
export const METRIC_NAMES = {
  type: 'List', required: true, min: 1, max: 7, of: { type: 'String', oneOf: [...SHARD_LEVEL_METRICS, 'ALL'] },
} as const satisfies Member;

/** The metrics that a request names, `ALL` spelt out. */
export function namedMetrics(names: readonly string[]): readonly string[] {
  return names.includes('ALL') ? SHARD_LEVEL_METRICS : SHARD_LEVEL_METRICS.filter((metric) => names.includes(metric));
}
