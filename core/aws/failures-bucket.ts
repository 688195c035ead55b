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

/**
 * Quarantined records under `quarantine/<function>/<yyyy>/<MM>/<dd>/`, by the day of their arrival: an object for
 * each Kinesis record, with a line of JSON for each of its user records that was refused.
 */
export function failuresBucket({ client, bucketName, functionName, functionVersion, clock }: FailuresBucketOptions): FailureStore {
  return {
    async put(record) {
      const quarantinedAt = new Date(clock.now()).toISOString();
      const lines = record.userRecords.map(({ code, reason, eventId, subSequenceNumber, payload }) =>
        JSON.stringify({
          code,
          reason,
          function_version: functionVersion,
          event_id: eventId,
          shard_id: record.shardId,
          sequence_number: record.sequenceNumber,
          sub_sequence_number: subSequenceNumber,
          payload: Buffer.from(payload).toString('base64'),
          quarantined_at: quarantinedAt,
        }),
      );
      await client.send(
        new PutObjectCommand({
          Bucket: bucketName,
          Key: `quarantine/${functionName}/${objectName(record)}`,
          ContentType: 'application/x-ndjson',
          Body: `${lines.join('\n')}\n`,
        }),
      );
    },
  };
}

function objectName({ shardId, sequenceNumber, arrivedAtMs }: QuarantinedRecord): string {
  const day = new Date(arrivedAtMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const id = createHash('sha256').update(JSON.stringify([shardId, sequenceNumber])).digest('hex').slice(0, 32);
  return `${day}/${id}.json`;
}
