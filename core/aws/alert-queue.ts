import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import type { Alert } from '../contracts/alert.ts';
import type { AlertSender } from '../ports.ts';

/** How long an alert id is remembered as sent, in seconds; as long as the stream can deliver its event again. */
const REMEMBERED_SECONDS = 8 * 24 * 3600;

export interface AlertQueueOptions {
  sqs: SQSClient;
  queueUrl: string;
  dynamodb: DynamoDBClient;
  idempotencyTableName: string;
}

/**
 * Sends alerts to the queue through Powertools idempotency by `alert_id`. A crash between the send and the note of
 * it makes the one case in which a message comes twice, under the same id.
 */
export function alertQueue(options: AlertQueueOptions): AlertSender & { beginInvocation(context: Context): void } {
  const { sqs, queueUrl, dynamodb, idempotencyTableName } = options;
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'alert_id',
    // Without it, an alert that lost its id would silently be sent without idempotency.
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: REMEMBERED_SECONDS,
  });
  const send = makeIdempotent(
    async (alert: Alert): Promise<{ message_id: string | null }> => {
      const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(alert) }));
      return { message_id: MessageId ?? null };
    },
    {
      // A store of its own: wrappers with different prefixes mix up their keys in a shared one.
      persistenceStore: new DynamoDBPersistenceLayer({ tableName: idempotencyTableName, awsSdkV3Client: dynamodb }),
      config,
      keyPrefix: 'alert',
      dataIndexArgument: 0,
    },
  );
  return {
    // The record of a send that died is free again at the deadline of the invocation that began it.
    beginInvocation: (context) => config.registerLambdaContext(context),
    send: async (alert) => {
      await send(alert);
    },
  };
}
