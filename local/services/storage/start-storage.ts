import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import { listenOnLoopback } from '../../loopback.ts';
import type { Bucket, Queue } from '../../template/deployment.ts';
import { buildApp, PersistenceManager, SnsStore } from './fauxqs.ts';
import { installFront } from './front.ts';
import { folderName } from './named-file.ts';
import { ObjectFiles } from './object-files.ts';
import { notifyOfObjects, type ObjectCreated } from './object-created.ts';
import { createQueues } from './queues.ts';
import { NamedSqsStore, OrderedS3Store } from './stores.ts';

export interface StorageOptions {
  port: number;
  /** The folder of all local state; undefined keeps everything in memory. */
  dataDir: string | undefined;
  clock: Clock;
  faults: Faults;
  /** The template's buckets, created when missing. */
  buckets: readonly Pick<Bucket, 'logicalId' | 'name'>[];
  /** The template's queues, created when missing, with attributes and redrive policies as it now says. */
  queues: readonly Pick<Queue, 'name' | 'arn' | 'attributes'>[];
}

/** S3, SQS and SNS on one port of 127.0.0.1, as endpoint of the SDKs and the CLI. */
export interface StorageService {
  url: string;
  /** The URL of a queue at this endpoint. */
  queueUrl(queueName: string): string;
  /** Calls back after each put, copy and completed multipart upload, in their order; returns how to stop it. */
  onObjectCreated(listener: (created: ObjectCreated) => void): () => void;
  /** How many messages a queue has: to be received, received and not yet deleted, and delayed. */
  queueDepth(queueName: string): { visible: number; inFlight: number; delayed: number };
  stop(): Promise<void>;
}

/**
 * Starts S3, SQS and SNS. With a data folder, state survives a kill: messages in `<dataDir>/sqs`, objects as plain
 * files in a folder a bucket (`LakeBucket` in `<dataDir>/lake`). Message timers (visibility, delay, retention) run by
 * the machine's clock, whatever `clock` says; `clock` dates the notifications.
 */
export async function startStorage(options: StorageOptions): Promise<StorageService> {
  const { dataDir, clock, faults, buckets, queues } = options;
  const sqs = new NamedSqsStore();
  const sns = new SnsStore();
  const s3 = new OrderedS3Store();
  const messages = dataDir === undefined ? undefined : openMessages(dataDir);
  if (messages) {
    messages.loadSqsAndSns(sqs, sns);
    sqs.persistence = messages;
    sns.persistence = messages;
    for (const queue of sqs.allQueues()) queue.persistence = messages;
  }
  if (dataDir !== undefined) {
    const folders = new Map(buckets.map((bucket) => [bucket.name, folderName(bucket.logicalId)]));
    const files = new ObjectFiles(dataDir, (bucket) => folders.get(bucket) ?? join('buckets', bucket));
    files.loadS3(s3);
    s3.persistence = files;
  }
  for (const bucket of buckets) s3.createBucket(bucket.name);

  const app = buildApp({ logger: false, stores: { sqsStore: sqs, snsStore: sns, s3Store: s3 } });
  installFront(app, s3, faults);
  const listeners = notifyOfObjects(s3, clock);
  await app.ready();
  const listener = await listenOnLoopback(app.server, options.port, 'S3 and SQS');
  createQueues(sqs, queues, listener.url);

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    sqs.shutdown();
    await listener.close();
    await app.close();
    messages?.close();
  };
  return {
    url: listener.url,
    queueUrl: (queueName) => existingQueue(sqs, queueName).url,
    onObjectCreated: (listener_) => {
      listeners.add(listener_);
      return () => listeners.delete(listener_);
    },
    queueDepth: (queueName) => {
      const queue = existingQueue(sqs, queueName);
      const count = (name: Parameters<typeof queue.getAttribute>[0]): number => Number(queue.getAttribute(name));
      queue.processTimers();
      return {
        visible: count('ApproximateNumberOfMessages'),
        inFlight: count('ApproximateNumberOfMessagesNotVisible'),
        delayed: count('ApproximateNumberOfMessagesDelayed'),
      };
    },
    stop: () => (stopped ??= stop()),
  };
}

function openMessages(dataDir: string): PersistenceManager {
  const dir = join(dataDir, 'sqs');
  mkdirSync(dir, { recursive: true });
  return new PersistenceManager(dir);
}

function existingQueue(sqs: NamedSqsStore, queueName: string): NonNullable<ReturnType<NamedSqsStore['getQueueByName']>> {
  const queue = sqs.getQueueByName(queueName);
  if (!queue) throw new Error(`SQS: expected a queue named ${queueName}, there is none`);
  return queue;
}
