import type { ReadResource } from './context.ts';
import { readDeliveryStream } from './delivery-stream.ts';
import { readEventSourceMapping } from './event-source-mapping.ts';
import { readDeploymentFunction, readFunction } from './function.ts';
import { readHttpApi } from './http-api.ts';
import { readBucket, readQueue, readTable } from './storage.ts';
import { readStream, readStreamConsumer } from './stream.ts';
import { readWithoutEffect } from './without-effect.ts';

const READERS: Record<string, ReadResource> = {
  'AWS::DynamoDB::Table': readTable,
  'AWS::Kinesis::Stream': readStream,
  'AWS::Kinesis::StreamConsumer': readStreamConsumer,
  'AWS::KinesisFirehose::DeliveryStream': readDeliveryStream,
  'AWS::Lambda::EventSourceMapping': readEventSourceMapping,
  'AWS::Lambda::Function': readDeploymentFunction,
  'AWS::S3::Bucket': readBucket,
  'AWS::SQS::Queue': readQueue,
  'AWS::Serverless::Function': readFunction,
  'AWS::Serverless::HttpApi': readHttpApi,
  // Read before the functions, which lay it under /opt.
  'AWS::Serverless::LayerVersion': ({ properties }) => properties.withoutEffect('CompatibleArchitectures', 'CompatibleRuntimes', 'ContentUri', 'Description', 'LicenseInfo', 'RetentionPolicy'),
};

/** What reads resources of the type. */
export function readerOf(type: string): ReadResource {
  return (Object.hasOwn(READERS, type) ? READERS[type] : undefined) ?? readWithoutEffect;
}
