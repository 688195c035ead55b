import type { KinesisMapping } from '../../local/template/deployment.ts';

/** A recorded case as its file has it. */
export interface RecordedCase {
  name: string;
  mapping: Record<string, unknown>;
  /** Prose, or a list of {partitionKey, data}. */
  records: unknown;
  /** Prose. */
  function: unknown;
  observed: Record<string, unknown>;
}

/** What is to be done to see whether the local mapping does the same. */
export interface UnderstoodCase {
  shards: number;
  mapping: Partial<KinesisMapping>;
  destination: 'SQS' | 'SNS' | 'S3' | undefined;
  records: { key: string; data: string }[];
  /** How long the records wait before the mapping is made, in milliseconds. */
  ageMs: number;
  /** TypeScript of the function. */
  source: string;
}

/** A case that says something this program cannot do: it counts as failed. */
export class NotUnderstood extends Error {}

/** Throws NotUnderstood with what it cannot make out. */
export function understand(recorded: RecordedCase): UnderstoodCase {
  const { shards, onFailure, ...settings } = recorded.mapping;
  return {
    shards: Number(shards ?? 1),
    destination: destinationOf(onFailure),
    mapping: Object.assign({}, ...Object.entries(settings).map(([name, value]) => settingOf(name, value))),
    records: recordsOf(recorded),
    ageMs: ageMsOf(recorded.records),
    source: sourceOf(recorded.function),
  };
}

function settingOf(name: string, value: unknown): Partial<KinesisMapping> {
  switch (name) {
    case 'batchSize': return { batchSize: Number(value) };
    case 'maximumBatchingWindowInSeconds': return { batchingWindowSeconds: Number(value) };
    case 'maximumRetryAttempts': return { maximumRetryAttempts: Number(value) };
    case 'maximumRecordAgeInSeconds': return { maximumRecordAgeSeconds: Number(value) };
    case 'parallelizationFactor': return { parallelizationFactor: Number(value) };
    case 'tumblingWindowInSeconds': return { tumblingWindowSeconds: Number(value) };
    case 'bisectBatchOnFunctionError': return { bisectBatchOnFunctionError: value === true };
    case 'functionResponseTypes': return { reportBatchItemFailures: (value as string[]).includes('ReportBatchItemFailures') };
    case 'startingPosition': return { startingPosition: value as KinesisMapping['startingPosition'] };
    case 'filterCriteria': return { filterPatterns: ((value as { filters?: unknown[] }).filters ?? (value as { Filters?: unknown[] }).Filters ?? []).map(patternText) };
    case 'filters': return { filterPatterns: (value as unknown[]).map(patternText) };
    default: throw new NotUnderstood(`mapping.${name} = ${JSON.stringify(value)}`);
  }
}

function patternText(filter: unknown): string {
  const pattern = (filter as { pattern?: unknown }).pattern ?? (filter as { Pattern?: unknown }).Pattern ?? filter;
  return typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
}

function destinationOf(value: unknown): UnderstoodCase['destination'] {
  if (value === undefined || value === 'SQS' || value === 'SNS' || value === 'S3') return value;
  throw new NotUnderstood(`mapping.onFailure = ${JSON.stringify(value)}`);
}

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth', 'eleventh', 'twelfth'];

/** From a list; else from the records that were delivered; else from the prose. */
function recordsOf({ records, observed }: RecordedCase): UnderstoodCase['records'] {
  if (Array.isArray(records)) {
    return records.map(({ partitionKey, data }) => ({ key: String(partitionKey ?? 'test'), data: typeof data === 'string' ? data : JSON.stringify(data) }));
  }
  if (typeof records !== 'string') throw new NotUnderstood(`records = ${JSON.stringify(records)}`);
  const count = countOf(records);
  const delivered = deliveredRecords(observed);
  if (delivered.length === count) return delivered;

  const key = /partition key "?([\w.-]+)"?/i.exec(records)?.[1] ?? 'test';
  const flagged = flaggedRecords(records, count);
  if (flagged) return flagged;
  const text = /"([^"]*)"/.exec(records)?.[1] ?? (/json/i.test(records) ? '{"input":"hello"}' : undefined);
  if (text === undefined) throw new NotUnderstood(`records: ${records}`);
  return Array.from({ length: count }, (_, index) => ({ key: count === 1 ? key : `${key}_${index}`, data: text }));
}

function countOf(prose: string): number {
  const [, digits, word] = /\b(?:(\d+)|([a-z]+))\b(?: [\w"{}:,.-]+){0,3}? records?\b/i.exec(prose) ?? [];
  const count = digits === undefined ? NUMBERS.indexOf((word ?? '').toLowerCase()) : Number(digits);
  if (count < 0 || (count === 0 && !/\bno\b|\b0\b/.test(prose))) throw new NotUnderstood(`records: how many are "${prose}"?`);
  return count;
}

/** `{"should_fail": false}` for all but those that the prose names as true. */
function flaggedRecords(prose: string, count: number): UnderstoodCase['records'] | undefined {
  if (!prose.includes('should_fail')) return undefined;
  const words = prose.toLowerCase();
  const failing = ORDINALS.slice(0, count).map((ordinal) => new RegExp(`true for [^,.;]*\\b${ordinal}\\b`).test(words));
  if (/true for [^,.;]*\blast\b/.test(words)) failing[count - 1] = true;
  if (!failing.includes(true) && !/all [^,.;]*true|true for (all|each|every)/.test(words)) throw new NotUnderstood(`records: which fail in "${prose}"?`);
  const isAll = !failing.includes(true);
  return failing.map((fails, index) => ({ key: `test_${index}`, data: `{"should_fail": ${fails || isAll}}` }));
}

interface DeliveredRecord {
  kinesis: { partitionKey: string; data: string; sequenceNumber: string };
}

/** Each record that the recording shows once, in the order of the first delivery. */
function deliveredRecords(observed: Record<string, unknown>): UnderstoodCase['records'] {
  const found = new Map<string, { key: string; data: string }>();
  const visit = (value: unknown): void => {
    const record = (value as Partial<DeliveredRecord> | null)?.kinesis;
    if (record?.sequenceNumber !== undefined && typeof record.data === 'string') {
      found.set(record.sequenceNumber, { key: record.partitionKey, data: Buffer.from(record.data, 'base64').toString() });
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(observed);
  return [...found].map(([, record]) => record);
}

/** "put 65 seconds before the mapping": how old the records are when it begins. */
function ageMsOf(records: unknown): number {
  if (typeof records !== 'string') return 0;
  const [, amount, unit] = /(\d+) ?(s|seconds|min|minutes)\b[^,.;]*\b(?:before|earlier|old)\b/i.exec(records) ?? [];
  if (amount === undefined) return 0;
  return Number(amount) * (unit?.toLowerCase().startsWith('m') ? 60_000 : 1_000);
}

function sourceOf(prose: unknown): string {
  if (typeof prose !== 'string') throw new NotUnderstood(`function = ${JSON.stringify(prose)}`);
  const said = prose.split(';')[0]?.trim() ?? '';
  if (/reports the sequence numbers? of the records? whose data says should_fail/i.test(said)) {
    return `export const handler = async (event: any) => ({
      batchItemFailures: event.Records
        .filter(({ kinesis }: any) => JSON.parse(Buffer.from(kinesis.data, 'base64').toString()).should_fail)
        .map(({ kinesis }: any) => ({ itemIdentifier: kinesis.sequenceNumber })),
    });`;
  }
  const returned = /^returns (.+)$/i.exec(said)?.[1];
  if (returned !== undefined) {
    if (/^(nothing|undefined)$/i.test(returned)) return 'export const handler = async () => undefined;';
    const json = returned === 'an empty string' ? '""' : returned.replaceAll(/\bNone\b/g, 'null');
    try {
      return `export const handler = async () => (${JSON.stringify(JSON.parse(json))});`;
    } catch {
      throw new NotUnderstood(`function: ${prose}`);
    }
  }
  if (/^(throws|raises|fails)\b/i.test(said)) return `export const handler = async () => { throw new Error('Something went wrong'); };`;
  if (/^(succeeds|logs its event)$/i.test(said)) return 'export const handler = async () => null;';
  throw new NotUnderstood(`function: ${prose}`);
}
