import { readStreamEvent, type StreamEvent } from '../contracts/stream-event.ts';
import { isKeyless, visitorKey } from './identity.ts';
import { deaggregate } from './kpl/deaggregate.ts';
import type { Position } from './visitor/position.ts';

/** One Kinesis record as it was delivered. */
export interface DeliveredRecord {
  shardId: string;
  sequenceNumber: string;
  partitionKey: string;
  arrivedAtMs: number;
  data: Uint8Array;
}

/** One user record of a batch; `recordIndex` says which delivered record carried it. */
export interface BatchEvent {
  recordIndex: number;
  position: Position;
  arrivedAtMs: number;
  payload: Uint8Array;
  content:
    | { kind: 'visitor'; visitorKey: string; visitor: string; event: StreamEvent }
    | { kind: 'keyless' }
    | { kind: 'refused'; code: string; reason: string; eventId: string | undefined };
}

/** Takes a batch apart into events, in their order; each is somebody's, nobody's, or can never be applied. */
export function readBatch(records: readonly DeliveredRecord[]): BatchEvent[] {
  return records.flatMap(({ shardId, sequenceNumber, partitionKey, arrivedAtMs, data }, recordIndex) =>
    deaggregate(partitionKey, data).map((userRecord) => ({
      recordIndex,
      position: { shardId, sequenceNumber, subSequenceNumber: userRecord.subSequenceNumber },
      arrivedAtMs,
      payload: userRecord.data,
      content: contentOf(userRecord.partitionKey, userRecord.data),
    })),
  );
}

function contentOf(partitionKey: string, payload: Uint8Array): BatchEvent['content'] {
  const read = readStreamEvent(payload);
  if (!read.ok) return { kind: 'refused', ...read.rejection, eventId: read.eventId };
  if (isKeyless(read.event)) return { kind: 'keyless' };
  // By the key that ordered it: another one would mix lanes that Lambda runs beside each other.
  return { kind: 'visitor', visitorKey: visitorKey(read.event.app_id, partitionKey), visitor: partitionKey, event: read.event };
}
