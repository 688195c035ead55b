/** Where an event stands on the stream; sub-sequence numbers count inside an aggregated record, from 0. */
export interface Position {
  shardId: string;
  sequenceNumber: string;
  subSequenceNumber: number;
}

/** A position inside its shard as text that sorts as positions do. */
export type SortablePosition = string;

/**
 * Sequence numbers have up to 129 digits, and DynamoDB's numbers hold 38: so they are kept as text, and the number
 * of digits in front makes a longer one sort above a shorter.
 */
export function sortable({ sequenceNumber, subSequenceNumber }: Position): SortablePosition {
  const digits = sequenceNumber.replace(/^0+(?=\d)/, '');
  return `${String(digits.length).padStart(3, '0')}:${digits}:${String(subSequenceNumber).padStart(8, '0')}`;
}

/** The position up to which one shard's events are applied to a visitor. */
export interface ShardMark {
  shard_id: string;
  position: SortablePosition;
}

/**
 * Shards that a visitor's state remembers, the one used last at the end. A key moves to another shard with each
 * split or merge only, so that a forgotten one was left many reshardings ago.
 */
export const MAX_SHARD_MARKS = 8;

/** Whether the event at `position` was applied before. Numbers of different shards do not compare. */
export function isApplied(marks: readonly ShardMark[], position: Position): boolean {
  const mark = marks.find(({ shard_id }) => shard_id === position.shardId);
  return mark !== undefined && sortable(position) <= mark.position;
}

/** The marks after the event at `position`. */
export function advance(marks: readonly ShardMark[], position: Position): ShardMark[] {
  const others = marks.filter(({ shard_id }) => shard_id !== position.shardId);
  return [...others, { shard_id: position.shardId, position: sortable(position) }].slice(-MAX_SHARD_MARKS);
}
