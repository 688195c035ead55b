import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Clock, FailureStore, QuarantinedRecord } from '../ports.ts';

export interface FailuresBucketOptions {
  client: S3Client;
  bucketName: string;
  functionName: string;
  functionVersion: string;
  clock: Pick<Clock, 'now'>;
}

/** Quarantined records as JSON objects under `quarantine/<function>/<yyyy>/<MM>/<dd>/`, by the day of their arrival. */
export function failuresBucket({ client, bucketName, functionName, functionVersion, clock }: FailuresBucketOptions): FailureStore {
  return {
    async put(record) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucketName,
          Key: `quarantine/${functionName}/${objectName(record)}`,
          ContentType: 'application/json',
          Body: JSON.stringify({
            code: record.code,
            reason: record.reason,
            function_version: functionVersion,
            event_id: record.eventId,
            shard_id: record.shardId,
            sequence_number: record.sequenceNumber,
            sub_sequence_number: record.subSequenceNumber,
            payload: Buffer.from(record.payload).toString('base64'),
            quarantined_at: new Date(clock.now()).toISOString(),
          }),
        }),
      );
    },
  };
}

function objectName({ shardId, sequenceNumber, subSequenceNumber, arrivedAtMs }: QuarantinedRecord): string {
  const day = new Date(arrivedAtMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const id = createHash('sha256').update(JSON.stringify([shardId, sequenceNumber, subSequenceNumber])).digest('hex').slice(0, 32);
  return `${day}/${id}.json`;
}
