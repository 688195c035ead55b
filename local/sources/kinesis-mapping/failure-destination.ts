import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** Base URLs of the local services that take what mappings give up. */
export interface DestinationEndpoints {
  s3?: string | undefined;
  sqs?: string | undefined;
  sns?: string | undefined;
}

export interface FailureDestinationClient {
  /** Sends one document; `payload` gives what only S3 gets, and `key` the object's name there. Rejects as the SDK does. */
  send(document: Record<string, unknown>, payload: () => unknown, key: () => string): Promise<void>;
  close(): void;
}

/**
 * The client of a failure destination by its arn: a queue, a topic or a bucket.
 * Throws an Error naming `resource` for another arn or an endpoint that was not given.
 */
export function failureDestination(arn: string, endpoints: DestinationEndpoints, region: string, resource: string): FailureDestinationClient {
  const [, , service = '', , , name = ''] = arn.split(':');
  const endpoint = endpoints[service as keyof DestinationEndpoints];
  if (!['s3', 'sqs', 'sns'].includes(service) || !endpoint) {
    throw new Error(
      `${resource}: on-failure destination ${arn}: expected the arn of an S3 bucket, SQS queue or SNS topic whose endpoint runs, ` +
        `got service "${service}" and the endpoints ${Object.keys(endpoints).join(', ') || 'none'}.`,
    );
  }
  const config = { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  if (service === 's3') return toBucket(new S3Client({ ...config, forcePathStyle: true }), name);
  return service === 'sqs' ? toQueue(new SQSClient(config), name) : toTopic(new SNSClient(config), arn);
}

function toBucket(client: S3Client, bucket: string): FailureDestinationClient {
  return {
    async send(document, payload, key) {
      const body = JSON.stringify({ ...document, payload: payload() });
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key(), Body: body, ContentType: 'application/json' }));
    },
    close: () => client.destroy(),
  };
}

function toQueue(client: SQSClient, queueName: string): FailureDestinationClient {
  let queueUrl: string | undefined;
  return {
    async send(document) {
      queueUrl ??= (await client.send(new GetQueueUrlCommand({ QueueName: queueName }))).QueueUrl;
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(document) }));
    },
    close: () => client.destroy(),
  };
}

function toTopic(client: SNSClient, topicArn: string): FailureDestinationClient {
  return {
    async send(document) {
      await client.send(new PublishCommand({ TopicArn: topicArn, Message: JSON.stringify(document) }));
    },
    close: () => client.destroy(),
  };
}
