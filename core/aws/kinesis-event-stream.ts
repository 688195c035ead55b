import { PutRecordsCommand, type KinesisClient, type PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import { fullJitterMs } from '../domain/streaming/backoff.ts';
import { planChunks } from '../domain/streaming/chunks.ts';
import type { StreamEntry } from '../domain/streaming/stream-entry.ts';
import type { Clock, EventStream, Log } from '../ports.ts';

/** Longest single PutRecords call, in milliseconds, so that behind one that hangs there is time for another attempt. */
const CALL_TIMEOUT_MS = 3_000;
/** No call begins with less time before the deadline, in milliseconds: cut off, it may have stored what it calls lost. */
const MIN_CALL_MS = 500;

/** Refusals that no later attempt changes. */
const PERMANENT_ERRORS = new Set([
  'AccessDeniedException',
  'ResourceNotFoundException',
  'InvalidArgumentException',
  'ValidationException',
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSNotFoundException',
  'UnrecognizedClientException',
]);

export interface KinesisEventStreamOptions {
  /**
   * With `maxAttempts: 1`, so that its retries and these do not multiply, and used by nothing else: a call that
   * times out closes the client's connections.
   */
  client: KinesisClient;
  streamName: string;
  clock: Clock;
  /** Numbers in [0, 1), for the jitter. */
  random: () => number;
  log: Log;
}

/**
 * Puts events with PutRecords, chunk after chunk. Only the failed entries of a call are tried again, in their order,
 * with full jitter until the deadline. The next chunk waits until the former is stored, and after one is given up
 * the rest is not tried: events of one key are overtaken only inside a call of which Kinesis refused a part.
 */
export function kinesisEventStream(options: KinesisEventStreamOptions): EventStream {
  const { log } = options;
  return {
    async put(entries, deadlineMs) {
      const stored = entries.map(() => false);
      const { chunks, tooLarge } = planChunks(entries);
      if (tooLarge.length > 0) log.warn('records above the limit of the stream were not put', { records: tooLarge.length });
      for (const chunk of chunks) {
        const left = await putChunk(options, entries, chunk, deadlineMs);
        const refused = new Set(left);
        for (const index of chunk) stored[index] = !refused.has(index);
        if (left.length > 0) break;
      }
      return stored;
    },
  };
}

/** Puts the entries at these indexes until all are stored or it has to give up; returns those that are not stored. */
async function putChunk(
  options: KinesisEventStreamOptions,
  entries: readonly StreamEntry[],
  chunk: readonly number[],
  deadlineMs: number,
): Promise<readonly number[]> {
  const { clock, random, log } = options;
  let left = chunk;
  let lastError = 'DeadlineExceeded';
  for (let attempt = 1; deadlineMs - clock.now() >= MIN_CALL_MS; attempt++) {
    const outcome = await putOnce(options, left.map((index) => entries[index] as StreamEntry), deadlineMs - clock.now());
    left = left.filter((_, at) => outcome.errors[at] !== undefined);
    if (left.length === 0) return left;
    lastError = outcome.errors.find((error) => error !== undefined) ?? lastError;
    if (outcome.permanent) break;
    const waitMs = fullJitterMs(attempt, random);
    if (clock.now() + waitMs + MIN_CALL_MS > deadlineMs) break;
    await clock.sleep(waitMs);
  }
  log.warn('records were not put on the stream', { records: left.length, lastError });
  return left;
}

/** One call: the name of the error of each entry that was not stored, undefined for one that was. */
async function putOnce(
  { client, streamName }: KinesisEventStreamOptions,
  entries: readonly StreamEntry[],
  timeLeftMs: number,
): Promise<{ errors: (string | undefined)[]; permanent: boolean }> {
  const failed = (error: string) => ({ errors: entries.map(() => error), permanent: PERMANENT_ERRORS.has(error) });
  const abortSignal = AbortSignal.timeout(Math.min(CALL_TIMEOUT_MS, timeLeftMs));
  let results: PutRecordsResultEntry[];
  try {
    const response = await client.send(
      new PutRecordsCommand({
        StreamName: streamName,
        Records: entries.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data })),
      }),
      { abortSignal },
    );
    results = response.Records ?? [];
  } catch (error) {
    // An abort closes its HTTP/2 stream only. The connection may be dead, as after a freeze or behind a NAT, and
    // every later call would go down it; a client that is destroyed closes its connections and opens new ones.
    if (abortSignal.aborted) client.destroy();
    return failed((error as Error).name);
  }
  if (results.length !== entries.length) return failed('WrongResultCount');
  // An entry counts as stored by its sequence number, not by the mere absence of an error.
  return {
    errors: results.map(({ SequenceNumber, ErrorCode }) => (ErrorCode ?? (SequenceNumber ? undefined : 'NoSequenceNumber'))),
    permanent: false,
  };
}
