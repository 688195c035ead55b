import { cbor, tag } from '@smithy/core/cbor';

/** The protocol of the Java SDK, and so of the KPL, the KCL and the agent: JSON's members as CBOR. */
export const CBOR_TYPE = 'application/x-amz-cbor-1.1';

const EPOCH_TAG = 1;
/** AWS's CBOR carries times as whole milliseconds under this tag, its JSON as seconds. */
const MS_PER_SECOND = 1000;
const TIMES = new Set(['ApproximateArrivalTimestamp', 'StreamCreationTimestamp', 'ConsumerCreationTimestamp']);

/** A CBOR request as the JSON one would be: bytes in base64, times in seconds. Throws for what is not CBOR. */
export function fromCbor(body: Buffer): unknown {
  return toJson(cbor.deserialize(body));
}

/** An answer of JSON's form as CBOR: Data as bytes, times as tagged milliseconds. */
export function toCbor(output: object): Uint8Array {
  return cbor.serialize(fromJson(output, ''));
}

function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime() / MS_PER_SECOND;
  if (Array.isArray(value)) return value.map(toJson);
  if (value === null || typeof value !== 'object') return value;
  if ('tag' in value && 'value' in value) return Number(value.value) / MS_PER_SECOND;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJson(item)]));
}

function fromJson(value: unknown, name: string): unknown {
  if (name === 'Data' && typeof value === 'string') return Buffer.from(value, 'base64');
  if (TIMES.has(name)) return tag({ tag: EPOCH_TAG, value: Math.round((value as number) * MS_PER_SECOND) });
  if (Array.isArray(value)) return value.map((item) => fromJson(item, name));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([member, item]) => [member, fromJson(item, member)]));
}
