/** One field of a protobuf message: a varint's value, or the bytes of a length-delimited field. */
export type WireField =
  | { number: number; type: 'varint'; value: number }
  | { number: number; type: 'bytes'; value: Uint8Array }
  | { number: number; type: 'fixed' };

/** Bytes that are not a protobuf message. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError';
}

/**
 * The fields of a protobuf message in their order; throws WireFormatError when the bytes are no message.
 * Source: https://protobuf.dev/programming-guides/encoding/. Groups (types 3 and 4) are no part of KPL's messages.
 */
export function* readFields(message: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      // Every number here is an index, a length or a tag; one beyond 2^53 is none of them.
      if (byte === undefined || scale > 2 ** 49) throw new WireFormatError('a varint that does not end');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const skip = (length: number): Uint8Array => {
    if (at + length > message.length) throw new WireFormatError('a field beyond the end of the message');
    const bytes = message.subarray(at, at + length);
    at += length;
    return bytes;
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (number === 0) throw new WireFormatError('field number 0');
    if (type === 0) yield { number, type: 'varint', value: varint() };
    else if (type === 2) yield { number, type: 'bytes', value: skip(varint()) };
    else if (type === 1 || type === 5) {
      skip(type === 1 ? 8 : 4);
      yield { number, type: 'fixed' };
    } else throw new WireFormatError(`wire type ${type}`);
  }
}
