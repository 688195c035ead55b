import { createHash } from 'node:crypto';
import { MOST_PATTERNS, parsePattern } from '../filter-criteria/pattern.ts';
import type { StreamRecord } from './stream-record.ts';

/** Tells which records a mapping's FilterCriteria let through. */
export interface RecordFilter {
  /** Whether a pattern asks for something inside the data, which only records of plain JSON can satisfy. */
  readsData: boolean;
  /** Throws an AggregatedRecordError instead of dropping an aggregated record for its data. */
  passes(record: StreamRecord): boolean;
}

/** A record of the Kinesis Producer Library under a filter of data: Lambda would drop it with all the events in it. */
export class AggregatedRecordError extends Error {
  constructor(resource: string, sequenceNumber: string) {
    super(
      `${resource}: its FilterCriteria look into \`data\`, but record ${sequenceNumber} is aggregated (Kinesis Producer Library format). ` +
        'Lambda does not take aggregated records apart and would silently drop all the events in it. ' +
        'Filter inside the function, or by partitionKey only, or stop aggregating in the producers.',
    );
    this.name = 'AggregatedRecordError';
  }
}

const AGGREGATE_MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
/** As many characters of the magic as the byte after it cannot change. */
const MAGIC_IN_BASE64 = '84maw';
const MD5_BYTES = 16;

/**
 * The filter of a mapping's patterns, of which one must match; without patterns everything passes. Patterns see a record's
 * metadata by name (partitionKey, sequenceNumber, …) and its decoded JSON under `data`; data that is not JSON
 * fails every pattern that asks for data. Throws an Error naming `resource` for a pattern it cannot read.
 */
export function recordFilter(patterns: string[], resource: string): RecordFilter {
  if (patterns.length > MOST_PATTERNS) {
    throw new Error(`${resource}: FilterCriteria has ${patterns.length} patterns, and Lambda takes at most ${MOST_PATTERNS}.`);
  }
  const parsed = patterns.map((json, index) => {
    try {
      return parsePattern(json);
    } catch (error) {
      throw new Error(`${resource}: FilterCriteria pattern ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
  if (parsed.length === 0) return { readsData: false, passes: () => true };
  const readsData = parsed.some(({ keys }) => keys.includes('data'));
  return {
    readsData,
    passes: (record) => {
      if (readsData && isAggregated(record.Data)) throw new AggregatedRecordError(resource, record.SequenceNumber);
      const data = readsData ? decodedJson(record.Data) : undefined;
      const subject = {
        kinesisSchemaVersion: '1.0',
        partitionKey: record.PartitionKey,
        sequenceNumber: record.SequenceNumber,
        approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
        ...(data === undefined ? {} : { data }),
      };
      return parsed.some(({ keys, matches }) => (data !== undefined || !keys.includes('data')) && matches(subject));
    },
  };
}

function decodedJson(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Magic, message and the message's MD5, as the KPL writes it; a wrong checksum means a plain record. */
function isAggregated(base64: string): boolean {
  if (!base64.startsWith(MAGIC_IN_BASE64)) return false;
  const data = Buffer.from(base64, 'base64');
  const end = data.length - MD5_BYTES;
  if (end <= AGGREGATE_MAGIC.length || AGGREGATE_MAGIC.compare(data, 0, AGGREGATE_MAGIC.length) !== 0) return false;
  return createHash('md5').update(data.subarray(AGGREGATE_MAGIC.length, end)).digest().equals(data.subarray(end));
}
