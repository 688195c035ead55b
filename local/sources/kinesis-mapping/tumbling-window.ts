import { arrivalMs, type StreamRecord } from './stream-record.ts';

/** A window that has begun in a shard, with the state that the function returned last. */
export interface OpenWindow {
  startMs: number;
  state: unknown;
}

/** Lambda's limit of a window's state per shard, in bytes of JSON. */
export const LARGEST_STATE_BYTES = 1024 * 1024;

/** Start of the window that a record belongs to, by its arrival. */
export function windowStartMs(record: StreamRecord, windowMs: number): number {
  return Math.floor(arrivalMs(record) / windowMs) * windowMs;
}

export function isTooLarge(state: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(state) ?? '') > LARGEST_STATE_BYTES;
}

/** What an event of a mapping with windows has besides its records. */
export function windowFields(
  open: OpenWindow,
  windowMs: number,
  end: { isFinal: boolean; isEarly: boolean },
  names: { shardId: string; eventSourceArn: string },
): Record<string, unknown> {
  return {
    window: { start: seconds(open.startMs), end: seconds(open.startMs + windowMs) },
    state: open.state,
    shardId: names.shardId,
    eventSourceARN: names.eventSourceArn,
    isFinalInvokeForWindow: end.isFinal,
    isWindowTerminatedEarly: end.isEarly,
  };
}

/** 2020-07-30T17:00:00Z, as in the guide's example event. */
const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
