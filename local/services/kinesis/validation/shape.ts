/** What one member of a request must be; the bounds are AWS's own service model. */
export type Member =
  | { type: 'String'; required?: boolean; min?: number; max?: number; pattern?: string; oneOf?: readonly string[] }
  | { type: 'Integer' | 'Long'; required?: boolean; min?: number; max?: number }
  | { type: 'Timestamp' | 'Boolean'; required?: boolean }
  | { type: 'Blob'; required?: boolean; maxBytes?: number }
  | { type: 'List'; required?: boolean; min?: number; max?: number; of: Member; shownAs?: string; distinct?: boolean }
  | { type: 'Map'; required?: boolean; min?: number; max?: number; keys: TextBounds; values: TextBounds }
  | { type: 'Structure'; required?: boolean; members: Shape };

/** The members of a request or of a structure in it; AWS reports violations in this order. */
export type Shape = Readonly<Record<string, Member>>;

/** Lengths that every key or every value of a map must have. */
export interface TextBounds {
  min: number;
  max: number;
}

const NAME_PATTERN = '[a-zA-Z0-9_.-]+';

/** Members that many operations share. */
export const STREAM_NAME = { type: 'String', min: 1, max: 128, pattern: NAME_PATTERN } as const satisfies Member;
export const STREAM_ARN = {
  type: 'String', min: 1, max: 2048, pattern: 'arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+',
} as const satisfies Member;
export const RESOURCE_ARN = {
  type: 'String', required: true, min: 1, max: 2048, pattern: 'arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+',
} as const satisfies Member;
export const CONSUMER_ARN = {
  type: 'String', min: 1, max: 2048,
  pattern: '^(arn):aws.*:kinesis:.*:\\d{12}:.*stream\\/[a-zA-Z0-9_.-]+\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+',
} as const satisfies Member;
export const SHARD_ID = { type: 'String', min: 1, max: 128, pattern: NAME_PATTERN } as const satisfies Member;
export const CONSUMER_NAME = SHARD_ID;
export const HASH_KEY = { type: 'String', pattern: '0|([1-9]\\d{0,38})' } as const satisfies Member;
export const SEQUENCE_NUMBER = { type: 'String', pattern: '0|([1-9]\\d{0,128})' } as const satisfies Member;
export const PARTITION_KEY = { type: 'String', required: true, min: 1, max: 256 } as const satisfies Member;
/** 10 MiB is the largest a stream can be set to take; what this stream takes is checked against its own setting. */
export const DATA = { type: 'Blob', required: true, maxBytes: 10_485_760 } as const satisfies Member;
export const NEXT_TOKEN = { type: 'String', min: 1, max: 1_048_576 } as const satisfies Member;
export const TAGS = {
  type: 'Map', min: 1, max: 200, keys: { min: 1, max: 128 }, values: { min: 0, max: 256 },
} as const satisfies Member;
export const TAG_KEYS = {
  type: 'List', required: true, min: 1, max: 50, of: { type: 'String', min: 1, max: 128 },
} as const satisfies Member;
export const STREAM_MODE_DETAILS = {
  type: 'Structure',
  members: { StreamMode: { type: 'String', required: true, oneOf: ['PROVISIONED', 'ON_DEMAND'] } },
} as const satisfies Member;
export const ITERATOR_TYPE = {
  type: 'String', required: true,
  oneOf: ['AFTER_SEQUENCE_NUMBER', 'LATEST', 'AT_TIMESTAMP', 'AT_SEQUENCE_NUMBER', 'TRIM_HORIZON'],
} as const satisfies Member;

/** The members by which a request names its stream: one of the two, checked by the stream's look-up. */
export const STREAM = { StreamName: STREAM_NAME, StreamARN: STREAM_ARN } as const satisfies Shape;
