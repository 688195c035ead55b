import type { SourceRecord } from './source-record.ts';
import type { TransformFailure } from './transform-response.ts';

/**
 * A failed record as a line of an error object, in the members and the order of AWS's.
 * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
 */
export function errorLine(record: SourceRecord, failure: TransformFailure, attemptsMade: number, attemptEndingMs: number, lambdaArn: string): Buffer {
  return Buffer.from(
    `${JSON.stringify({
      attemptsMade,
      arrivalTimestamp: record.arrivalMs,
      errorCode: failure.errorCode,
      errorMessage: failure.errorMessage,
      attemptEndingTimestamp: attemptEndingMs,
      rawData: record.data,
      lambdaArn,
    })}\n`,
  );
}
