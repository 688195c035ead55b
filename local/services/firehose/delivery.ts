import type { S3Client } from '@aws-sdk/client-s3';

import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import type { FunctionInvoker } from '../../invoke/invocation.ts';
import type { DeliveryStream } from '../../template/deployment.ts';
import { deliverObject, type Destination } from './deliver.ts';
import { errorLine } from './error-line.ts';
import { HintBuffer } from './hint-buffer.ts';
import type { Ledger, UndeliveredRecord } from './ledger.ts';
import type { ObjectNamer } from './object-name.ts';
import type { SourceRecordMark } from './shard-progress.ts';
import type { SourceRecord } from './source-record.ts';
import { transformBatch, type TransformTarget } from './transform.ts';
import { requestBytes } from './transform-request.ts';
import type { Verdict } from './transform-response.ts';

const MEBIBYTE = 1024 * 1024;
/** A batch's event must stay below Lambda's 6 MB, ids and keys included. */
const REQUEST_MAX_BYTES = 6_000_000;
/** Batches in a function at once; Firehose scales by itself, a laptop has few cores. */
const TRANSFORM_CONCURRENCY = 2;
const DEFAULT_RETRY_DELAY_MS = 1_000;

export interface DeliveryCounters {
  /** Producers' records taken from the stream, and their bytes. */
  recordsIn: number;
  bytesIn: number;
  /** Records in objects under the prefix; a record that was delivered twice counts twice, here and below. */
  delivered: number;
  dropped: number;
  /** Records in objects under the error prefix, `failed` of which the function had not judged itself. */
  processingFailed: number;
  failed: number;
  objects: number;
  errorObjects: number;
}

export interface DeliveryOptions {
  stream: DeliveryStream;
  sourceStreamArn: string;
  invoker: FunctionInvoker;
  lambdaArnToLogicalId(arn: string): string;
  retryDelayMs?: number;
  clock: Clock;
  faults: Faults;
  nameObject: ObjectNamer;
  ledger: Ledger;
  s3: S3Client;
  signal: AbortSignal;
  /** Called after records came to an end. */
  settle(): void;
}

/** Bytes for an object, and of their record only what is needed once they are stored. */
interface Chunk {
  mark: SourceRecordMark;
  arrivalMs: number;
  data: Buffer;
}

interface FailedChunk extends Chunk {
  entry: UndeliveredRecord;
}

/** Takes records through the transform into objects; each record it takes ends delivered, or named in the ledger. */
export class Delivery {
  readonly counters: DeliveryCounters = { recordsIn: 0, bytesIn: 0, delivered: 0, dropped: 0, processingFailed: 0, failed: 0, objects: 0, errorObjects: 0 };
  readonly #options: DeliveryOptions;
  readonly #destination: Destination;
  readonly #target: TransformTarget | undefined;
  readonly #transformMaxBytes: number;
  readonly #batches: HintBuffer<SourceRecord>;
  readonly #objects: HintBuffer<Chunk>;
  readonly #errors: HintBuffer<FailedChunk>;

  constructor(options: DeliveryOptions) {
    const { stream, clock, s3, nameObject, signal, sourceStreamArn, invoker } = options;
    const { transform } = stream;
    this.#options = options;
    this.#destination = { s3, bucket: stream.bucketArn.slice(stream.bucketArn.lastIndexOf(':') + 1), compression: stream.compression, nameObject, clock, signal };
    this.#target = transform && {
      invoker,
      functionLogicalId: options.lambdaArnToLogicalId(transform.functionArn),
      deliveryStreamArn: stream.arn,
      sourceStreamArn,
      numberOfRetries: transform.numberOfRetries,
      retryDelayMs: options.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS,
      clock,
    };
    this.#transformMaxBytes = (transform?.bufferSizeMb ?? 1) * MEBIBYTE;
    const batchHints = { maxBytes: this.#transformMaxBytes, maxAgeMs: (transform?.bufferIntervalSeconds ?? 0) * 1000 };
    const objectHints = { maxBytes: stream.bufferSizeMb * MEBIBYTE, maxAgeMs: stream.bufferIntervalSeconds * 1000 };
    this.#batches = new HintBuffer(batchHints, clock, TRANSFORM_CONCURRENCY, (records) => this.#transform(records));
    this.#objects = new HintBuffer(objectHints, clock, 1, (chunks) => this.#storeObject(chunks));
    this.#errors = new HintBuffer(objectHints, clock, 1, (chunks) => this.#storeErrors(chunks));
  }

  get isTransformIdle(): boolean {
    return this.#batches.isIdle;
  }

  get isIdle(): boolean {
    return this.#batches.isIdle && this.#objects.isIdle && this.#errors.isIdle;
  }

  take(record: SourceRecord): void {
    this.counters.recordsIn++;
    this.counters.bytesIn += record.sizeBytes;
    if (!this.#target) return this.#objects.add({ mark: record.mark, arrivalMs: record.arrivalMs, data: Buffer.from(record.data, 'base64') }, record.sizeBytes);
    // Many small records fill an event sooner than they fill the hint.
    const shareOfRequest = requestBytes(record) / REQUEST_MAX_BYTES;
    this.#batches.add(record, Math.max(record.sizeBytes, Math.ceil(shareOfRequest * this.#transformMaxBytes)));
  }

  flushTransform(): void {
    this.#batches.flush();
  }

  flushObjects(): void {
    this.#objects.flush();
    this.#errors.flush();
  }

  close(): void {
    for (const buffer of [this.#batches, this.#objects, this.#errors]) buffer.close();
  }

  async #transform(records: SourceRecord[]): Promise<void> {
    const isRepeated = this.#options.faults.strikes('duplicate', 'firehose');
    if (isRepeated) for (const { mark } of records) mark.remaining++;
    for (let delivery = 0; delivery < (isRepeated ? 2 : 1); delivery++) {
      const { verdicts, attemptsMade, attemptEndingMs } = await transformBatch(this.#target as TransformTarget, records, this.#options.signal);
      if (this.#options.signal.aborted) return;
      const dropped: UndeliveredRecord[] = [];
      for (const [index, record] of records.entries()) {
        const verdict = verdicts[index] as Verdict;
        const { mark, arrivalMs } = record;
        if (verdict.result === 'Ok') this.#objects.add({ mark, arrivalMs, data: verdict.data }, verdict.data.length);
        else if (verdict.result === 'Dropped') dropped.push(undeliveredRecord(record, verdict));
        else {
          const line = errorLine(record, verdict, attemptsMade, attemptEndingMs, this.#options.stream.transform?.functionArn ?? '');
          this.#errors.add({ mark, arrivalMs, data: line, entry: undeliveredRecord(record, verdict) }, line.length);
        }
      }
      this.#options.ledger.append(dropped);
      this.counters.dropped += dropped.length;
      for (const [index, { mark }] of records.entries()) if (verdicts[index]?.result === 'Dropped') mark.remaining--;
      this.#options.settle();
    }
  }

  async #storeObject(chunks: Chunk[]): Promise<void> {
    const key = await deliverObject(this.#destination, chunks.map(({ data }) => data), oldestArrivalMs(chunks));
    if (key === undefined) return;
    this.counters.objects++;
    this.counters.delivered += chunks.length;
    for (const { mark } of chunks) mark.remaining--;
    this.#options.settle();
  }

  async #storeErrors(chunks: FailedChunk[]): Promise<void> {
    const key = await deliverObject(this.#destination, chunks.map(({ data }) => data), oldestArrivalMs(chunks), 'processing-failed');
    if (key === undefined) return;
    this.#options.ledger.append(chunks.map(({ entry }) => entry));
    this.counters.errorObjects++;
    for (const { mark, entry } of chunks) {
      this.counters[entry.result === 'ProcessingFailed' ? 'processingFailed' : 'failed']++;
      mark.remaining--;
    }
    this.#options.settle();
  }
}

function oldestArrivalMs(chunks: Chunk[]): number {
  return chunks.reduce((oldest, { arrivalMs }) => Math.min(oldest, arrivalMs), Number.POSITIVE_INFINITY);
}

function undeliveredRecord({ shardId, sequenceNumber, subSequenceNumber }: SourceRecord, verdict: Exclude<Verdict, { result: 'Ok' }>): UndeliveredRecord {
  return {
    shardId,
    sequenceNumber,
    subSequenceNumber,
    result: verdict.result,
    ...('errorCode' in verdict && { errorCode: verdict.errorCode }),
    ...(verdict.data !== undefined && { data: verdict.data }),
  };
}
