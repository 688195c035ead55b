import { randomUUID } from 'node:crypto';
import type { GiveUp } from './delivery.ts';
import { arrivalMs, type StreamRecord } from './stream-record.ts';

export interface FailureNames {
  functionArn: string;
  streamArn: string;
}

/** What Lambda tells a failure destination about records that it gave up ("Kinesis on-failure destinations"). */
export function failureDocument(records: StreamRecord[], why: GiveUp, shardId: string, names: FailureNames, nowMs: number): Record<string, unknown> {
  const [first, last] = [records[0], records.at(-1)];
  if (!first || !last) throw new RangeError('failureDocument: expected at least one record, got none');
  return {
    requestContext: {
      requestId: why.invocation?.requestId ?? randomUUID(),
      functionArn: names.functionArn,
      condition: why.condition,
      approximateInvokeCount: why.invokeCount,
    },
    // After RecordAgeExceeded there is none, even when the function had been invoked: seen on AWS.
    ...(why.condition === 'RecordAgeExceeded'
      ? {}
      : { responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: why.invocation?.functionError ?? null } }),
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: first.SequenceNumber,
      endSequenceNumber: last.SequenceNumber,
      approximateArrivalOfFirstRecord: new Date(arrivalMs(first)).toISOString(),
      approximateArrivalOfLastRecord: new Date(arrivalMs(last)).toISOString(),
      batchSize: records.length,
      streamArn: names.streamArn,
    },
  };
}

/** Where the object of a discarded batch lies in its bucket. */
export function failureObjectKey(mappingUuid: string, shardId: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString();
  const day = time.slice(0, 10);
  const second = time.slice(0, 19).replaceAll(':', '.');
  return `aws/lambda/${mappingUuid}/${shardId}/${day.replaceAll('-', '/')}/${second}-${randomUUID()}`;
}
