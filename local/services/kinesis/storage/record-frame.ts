import { crc32 } from 'node:zlib';

/**
 * A record in a segment: length of the body (u32), CRC-32 of the body (u32), then the body:
 * arrival (f64, ms since the epoch), flags (u8), length of the key (u16), key (UTF-8), data. Little endian.
 */
export interface StoredRecord {
  /** 1 for a shard's first record. */
  place: number;
  arrivalMs: number;
  encrypted: boolean;
  partitionKey: string;
  /** Base64, as on the wire. */
  data: string;
  /** Bytes of data and key, which is what limits count. */
  bytes: number;
}

const HEAD_BYTES = 8;
const BODY_HEAD_BYTES = 11;
const ENCRYPTED = 1;

/** Bytes that a frame takes around its key and data. */
export const FRAME_OVERHEAD_BYTES = HEAD_BYTES + BODY_HEAD_BYTES;

/** Writes a frame at `offset`, which must have room, and returns the offset after it. */
export function writeFrame(
  target: Buffer,
  offset: number,
  record: { arrivalMs: number; encrypted: boolean; partitionKey: string; data: string },
): number {
  const body = offset + HEAD_BYTES;
  target.writeDoubleLE(record.arrivalMs, body);
  target[body + 8] = record.encrypted ? ENCRYPTED : 0;
  const keyBytes = target.write(record.partitionKey, body + BODY_HEAD_BYTES, 'utf8');
  target.writeUInt16LE(keyBytes, body + 9);
  const data = body + BODY_HEAD_BYTES + keyBytes;
  const end = data + target.write(record.data, data, 'base64');
  target.writeUInt32LE(end - body, offset);
  target.writeUInt32LE(crc32(target.subarray(body, end)), offset + 4);
  return end;
}

/** The offset after the frame at `offset`, or undefined when no whole, unharmed frame stands there. */
export function frameEnd(source: Buffer, offset: number, limit: number): number | undefined {
  if (offset + FRAME_OVERHEAD_BYTES > limit) return undefined;
  const length = source.readUInt32LE(offset);
  const end = offset + HEAD_BYTES + length;
  if (length < BODY_HEAD_BYTES || end > limit) return undefined;
  return crc32(source.subarray(offset + HEAD_BYTES, end)) === source.readUInt32LE(offset + 4) ? end : undefined;
}

/** The arrival of the frame at `offset`. */
export function frameArrivalMs(source: Buffer, offset: number): number {
  return source.readDoubleLE(offset + HEAD_BYTES);
}

/** The bytes of key and data of the frame at `offset`. */
export function framePayloadBytes(source: Buffer, offset: number): number {
  return source.readUInt32LE(offset) - BODY_HEAD_BYTES;
}

/** The record at `offset`. */
export function readFrame(source: Buffer, offset: number, place: number): StoredRecord {
  const body = offset + HEAD_BYTES;
  const end = body + source.readUInt32LE(offset);
  const key = body + BODY_HEAD_BYTES;
  const data = key + source.readUInt16LE(body + 9);
  return {
    place,
    arrivalMs: source.readDoubleLE(body),
    encrypted: source[body + 8] === ENCRYPTED,
    partitionKey: source.toString('utf8', key, data),
    data: source.toString('base64', data, end),
    bytes: end - key,
  };
}
