import { join } from 'node:path';
import { KinesisClient, PutRecordCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { clockAtSpeed, type Clock } from '../../local/clock.ts';
import { noFaults, type Faults } from '../../local/faults.ts';
import { startFunctionHost, type FunctionHost } from '../../local/invoke/function-host.ts';
import type { Invocation } from '../../local/invoke/invocation.ts';
import { startKinesis, type KinesisService } from '../../local/services/kinesis/service.ts';
import type { KinesisSettings } from '../../local/services/kinesis/settings.ts';
import type { KinesisEventRecord } from '../../local/sources/kinesis-mapping/event.ts';
import {
  startKinesisMapping, type KinesisMappingOptions, type KinesisMappingService,
} from '../../local/sources/kinesis-mapping/start-kinesis-mapping.ts';
import type { KinesisMapping, LambdaFunction } from '../../local/template/deployment.ts';
import { fixtureFunction, temporaryFolder } from './fixture-function.ts';

export const REGION = 'eu-west-1';
export const ACCOUNT_ID = '000000000000';

export interface DeliveredEvent {
  Records: KinesisEventRecord[];
  [field: string]: unknown;
}

/** One invocation that a mapping made: when it began on the world's clock, its event, and how it ended. */
export interface Delivery {
  atMs: number;
  event: DeliveredEvent;
  invocation: Invocation | undefined;
}

/** A stream with a mapping on it, and what the mapping did. */
export interface Scene {
  streamName: string;
  streamArn: string;
  mapping: KinesisMappingService;
  /** The bucket of an S3 destination. */
  bucketName: string;
  deliveries: Delivery[];
  /** Data of the records of each delivery, decoded. */
  batches(): string[][];
  /** Puts over the wire by the SDK, in one call for each 500; returns sequence numbers. */
  put(records: { key: string; data: string }[]): Promise<string[]>;
  /** The documents at the mapping's queue so far. */
  failures(): Record<string, never>[];
  /** Waits until `condition`, on real time. */
  until(condition: () => boolean): Promise<void>;
  /** Waits until everything that is in the stream now has passed. */
  drained(): Promise<void>;
}

export interface World {
  clock: Clock;
  kinesis: KinesisService;
  storage: FauxqsServer;
  storageUrl: string;
  host: FunctionHost;
  functions: LambdaFunction[];
  scene(functionLogicalId: string, mapping: Partial<KinesisMapping>, more?: SceneOptions): Promise<Scene>;
  stop(): Promise<void>;
}

export interface SceneOptions extends Partial<Pick<KinesisMappingOptions, 'faults' | 'checkpointDir' | 'observer' | 'onFailure' | 'kinesis'>> {
  shards?: number;
  /** On-failure destination; a queue of the scene's own is made for SQS. */
  destination?: 'SQS' | 'SNS' | 'S3';
  /** Reads a stream that is already there. */
  streamName?: string;
  /** Puts these before the mapping starts. */
  before?: { key: string; data: string }[];
  /** Waits after `before`, in milliseconds of the clock. */
  ageMs?: number;
}

/**
 * Real parts on loopback: Kinesis, SQS, SNS and S3, and a host with the given functions, on one fast clock.
 * `sources` maps logical ids to TypeScript, or to TypeScript and what differs from the default function.
 */
export async function startWorld(options: {
  speed: number;
  sources: Record<string, string | [source: string, overrides: Partial<LambdaFunction>]>;
  faults?: Faults;
  settings?: Partial<KinesisSettings>;
}): Promise<World> {
  const folder = temporaryFolder();
  const clock = clockAtSpeed(options.speed);
  const faults = options.faults ?? noFaults;
  const kinesis = await startKinesis({ port: 0, clock, faults: noFaults, region: REGION, accountId: ACCOUNT_ID, settings: options.settings });
  const storage = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, defaultRegion: REGION });
  const storageUrl = `http://127.0.0.1:${storage.port}`;
  const functions = Object.entries(options.sources).map(([logicalId, source]) =>
    typeof source === 'string' ? fixtureFunction(folder.dir, logicalId, source) : fixtureFunction(folder.dir, logicalId, source[0], source[1]),
  );
  const host = await startFunctionHost({
    functions, endpoints: { kinesis: kinesis.url, s3: storageUrl, sqs: storageUrl }, clock, faults, buildDir: join(folder.dir, 'build'), region: REGION,
  });
  const client = new KinesisClient({ endpoint: kinesis.url, region: REGION, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const mappings: KinesisMappingService[] = [];
  let scenes = 0;

  const world: World = {
    clock, kinesis, storage, storageUrl, host, functions,
    async scene(functionLogicalId, overrides, more = {}) {
      const name = more.streamName ?? `stream-${++scenes}`;
      const streamArn = `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/${name}`;
      if (more.streamName === undefined) await createStream(kinesis, clock, name, more.shards ?? 1);
      const put = (records: { key: string; data: string }[]) => putRecords(client, name, records);
      if (more.before) await put(more.before);
      if (more.ageMs) await clock.sleep(more.ageMs);
      const queueName = `failures-${++scenes}`;
      const onFailure = destinationArn(storage, more.destination, queueName);
      const deliveries: Delivery[] = [];
      const mapping: KinesisMapping = { ...DEFAULTS, functionLogicalId, sourceArn: streamArn, onFailure: onFailure === undefined ? undefined : { arn: onFailure }, ...overrides };
      const service = await startKinesisMapping({
        mapping, deployment: { functions }, clock,
        kinesis: more.kinesis ?? kinesis,
        invoker: {
          async invoke(id, event) {
            const delivery: Delivery = { atMs: clock.now(), event: event as DeliveredEvent, invocation: undefined };
            deliveries.push(delivery);
            return (delivery.invocation = await host.invoke(id, event));
          },
        },
        destinations: { s3: storageUrl, sqs: storageUrl, sns: storageUrl },
        faults: more.faults ?? noFaults,
        checkpointDir: more.checkpointDir,
        observer: more.observer,
        onFailure: more.onFailure,
      });
      mappings.push(service);
      return {
        streamName: name, streamArn, mapping: service, bucketName: queueName, deliveries, put, until,
        batches: () => deliveries.map(({ event }) => event.Records.map(({ kinesis: record }) => Buffer.from(record.data, 'base64').toString())),
        failures: () => (storage.inspectQueue(queueName)?.messages.ready ?? []).map(({ body }) => documentOf(body)),
        drained: async () => {
          const sinceMs = clock.now();
          await until(() => service.idle(sinceMs));
        },
      };
    },
    async stop() {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
      await host.stop();
      client.destroy();
      await Promise.all([kinesis.stop(), storage.stop()]);
      folder.remove();
    },
  };
  return world;
}

/** A mapping as CloudFormation makes it when nothing is said but the batch size. */
const DEFAULTS: Omit<KinesisMapping, 'functionLogicalId' | 'sourceArn'> = {
  logicalId: 'Stream', uuid: '11111111-2222-4333-8444-555555555555', enabled: true,
  startingPosition: 'TRIM_HORIZON', startingPositionTimestampMs: undefined, batchSize: 100, batchingWindowSeconds: 0,
  parallelizationFactor: 1, maximumRetryAttempts: -1, maximumRecordAgeSeconds: -1, bisectBatchOnFunctionError: false,
  reportBatchItemFailures: false, tumblingWindowSeconds: 0, filterPatterns: [], onFailure: undefined,
};

export async function createStream(kinesis: KinesisService, clock: Clock, name: string, shards: number): Promise<void> {
  await kinesis.call('CreateStream', { StreamName: name, ShardCount: shards });
  await streamIsActive(kinesis, clock, name);
}

export async function streamIsActive(kinesis: KinesisService, clock: Clock, name: string): Promise<void> {
  const status = async () => (await kinesis.call('DescribeStreamSummary', { StreamName: name })).StreamDescriptionSummary.StreamStatus;
  while ((await status()) !== 'ACTIVE') await clock.sleep(100);
}

async function putRecords(client: KinesisClient, streamName: string, records: { key: string; data: string }[]): Promise<string[]> {
  const sequenceNumbers: string[] = [];
  for (let first = 0; first < records.length; first += 500) {
    const part = records.slice(first, first + 500).map(({ key, data }) => ({ PartitionKey: key, Data: Buffer.from(data) }));
    const { Records } = await client.send(new PutRecordsCommand({ StreamName: streamName, Records: part }));
    for (const [index, { SequenceNumber }] of (Records ?? []).entries()) {
      const again = part[index];
      const put = SequenceNumber ?? (again && (await client.send(new PutRecordCommand({ StreamName: streamName, ...again }))).SequenceNumber);
      sequenceNumbers.push(String(put));
    }
  }
  return sequenceNumbers;
}

function destinationArn(storage: FauxqsServer, kind: SceneOptions['destination'], name: string): string | undefined {
  if (kind === undefined) return undefined;
  if (kind === 'S3') {
    storage.createBucket(name);
    return `arn:aws:s3:::${name}`;
  }
  const { queueArn } = storage.createQueue(name, { region: REGION });
  if (kind === 'SQS') return queueArn;
  storage.createTopic(name, { region: REGION });
  storage.subscribe({ topic: name, queue: name, region: REGION });
  return `arn:aws:sns:${REGION}:${ACCOUNT_ID}:${name}`;
}

/** A document as it came, or out of SNS's envelope. */
function documentOf(body: string): Record<string, never> {
  const document = JSON.parse(body);
  return document.Type === 'Notification' ? JSON.parse(document.Message) : document;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
