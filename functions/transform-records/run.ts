import type { FirehoseTransformationEvent, FirehoseTransformationEventRecord } from 'aws-lambda';
import { readStreamEvent } from '../../core/contracts/stream-event.ts';
import { fitResponse, type TransformedRecord } from '../../core/domain/firehose-answers.ts';
import type { Clock, Log } from '../../core/ports.ts';

export interface TransformDeps {
  /** The deployment's environment, such as `production`; it is written into every line. */
  environment: string;
  isDeclaredCrawler(userAgent: string | undefined): boolean;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

/**
 * Transforms one Firehose batch: each record is answered exactly once and in its order. Ok is one JSON line of the
 * lake; Dropped and ProcessingFailed say why in their data, which only the local account reads.
 */
export function run(deps: TransformDeps, batch: FirehoseTransformationEvent): { records: TransformedRecord[] } {
  const processedAt = new Date(deps.clock.now()).toISOString();
  const records = fitResponse(batch.records.map((record) => transform(deps, record, processedAt)));
  const count = (result: TransformedRecord['result']) => records.filter((record) => record.result === result).length;
  deps.log.info('records transformed', { ok: count('Ok'), dropped: count('Dropped'), failed: count('ProcessingFailed') });
  return { records };
}

function transform(deps: TransformDeps, { recordId, data }: FirehoseTransformationEventRecord, processedAt: string): TransformedRecord {
  const read = readStreamEvent(Buffer.from(data, 'base64'));
  if (!read.ok) {
    return { recordId, result: 'ProcessingFailed', data: encode({ event_id: read.eventId, code: read.rejection.code }) };
  }
  const { event } = read;
  if (deps.isDeclaredCrawler(event.user_agent)) {
    return { recordId, result: 'Dropped', data: encode({ event_id: event.event_id, reason: 'declared_crawler' }) };
  }
  return { recordId, result: 'Ok', data: encode({ ...event, processed_at: processedAt, environment: deps.environment }, '\n') };
}

function encode(value: object, end = ''): string {
  return Buffer.from(`${JSON.stringify(value)}${end}`).toString('base64');
}
