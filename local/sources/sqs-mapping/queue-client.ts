import {
  DeleteMessageBatchCommand, GetQueueAttributesCommand, GetQueueUrlCommand, ReceiveMessageCommand, SQSClient, type Message,
} from '@aws-sdk/client-sqs';

/** SQS takes at most so many messages in one receive or delete. */
export const MOST_MESSAGES_A_CALL = 10;
const LONGEST_WAIT_SECONDS = 20;

/** A queue as a mapping uses it; all calls reject as the SDK does. */
export interface QueueClient {
  visibilityTimeoutMs: number;
  /** Waits up to `waitMs` (whole seconds count, at most 20) for up to `count` messages. */
  receive(count: number, waitMs: number, signal: AbortSignal): Promise<Message[]>;
  /** Deletes by receipt handle; what could not be deleted comes again. */
  remove(receiptHandles: string[]): Promise<void>;
  close(): void;
}

/** Finds the queue of an arn at an endpoint. */
export async function openQueue(queueArn: string, endpoint: string): Promise<QueueClient> {
  const [, , , region, , name] = queueArn.split(':');
  const client = new SQSClient({ endpoint, region: region ?? '', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] }));
  return {
    visibilityTimeoutMs: Number(Attributes?.['VisibilityTimeout'] ?? 30) * 1000,
    async receive(count, waitMs, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(count, MOST_MESSAGES_A_CALL),
        WaitTimeSeconds: Math.min(LONGEST_WAIT_SECONDS, Math.max(0, Math.ceil(waitMs / 1000))),
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      return (await client.send(command, { abortSignal: signal })).Messages ?? [];
    },
    async remove(receiptHandles) {
      for (let first = 0; first < receiptHandles.length; first += MOST_MESSAGES_A_CALL) {
        const Entries = receiptHandles.slice(first, first + MOST_MESSAGES_A_CALL).map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    close: () => client.destroy(),
  };
}
