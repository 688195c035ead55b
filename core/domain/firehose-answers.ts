/** A record of Firehose's answer; `data` is base64. Firehose itself reads it of Ok records only. */
export interface TransformedRecord {
  recordId: string;
  result: 'Ok' | 'Dropped' | 'ProcessingFailed';
  data: string;
}

/**
 * Largest response, in bytes of JSON. Lambda takes 6 MB, and fails the whole invocation, hence all its records,
 * when there is more; the rest up to that is margin.
 */
export const MAX_RESPONSE_BYTES = 6_000_000;
/** An upper bound of what the JSON around one record's id and data takes, comma included. */
const ENVELOPE_BYTES = 64;

/** The answer in place of one that found no room: Firehose puts the record, unchanged, under its error prefix. */
const NO_ROOM = Buffer.from(JSON.stringify({ code: 'response_too_large' })).toString('base64');

/**
 * Keeps the response below MAX_RESPONSE_BYTES: a record is answered as it is when there is room for it and for the
 * shortest answer to all that come behind it, and as ProcessingFailed `response_too_large` when there is not.
 */
export function fitResponse(records: readonly TransformedRecord[], limitBytes = MAX_RESPONSE_BYTES): TransformedRecord[] {
  let room = limitBytes;
  for (const { recordId } of records) room -= shortestBytes(recordId);
  return records.map((record) => {
    const extra = record.data.length - NO_ROOM.length;
    if (extra > room) return { recordId: record.recordId, result: 'ProcessingFailed', data: NO_ROOM };
    room -= Math.max(0, extra);
    return record;
  });
}

function shortestBytes(recordId: string): number {
  return ENVELOPE_BYTES + Buffer.byteLength(JSON.stringify(recordId)) + NO_ROOM.length;
}
