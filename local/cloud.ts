import { join } from 'node:path';
import { deaggregate } from '../core/domain/kpl/deaggregate.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import { startFunctionHost, type FunctionHost } from './invoke/function-host.ts';
import type { FunctionInvoker, Invocation } from './invoke/invocation.ts';
import { startDynamoDb, type DynamoDbService } from './services/dynamodb/start-dynamodb.ts';
import { startFirehose, type FirehoseService } from './services/firehose/start-firehose.ts';
import { createStreams } from './services/kinesis/create-streams.ts';
import { startKinesis, type KinesisService } from './services/kinesis/service.ts';
import type { KinesisSettings } from './services/kinesis/settings.ts';
import { startStorage, type StorageService } from './services/storage/start-storage.ts';
import { startHttpApi, type HttpApiService } from './sources/http-api/start-http-api.ts';
import type { MappingObserver } from './sources/kinesis-mapping/observer.ts';
import { startKinesisMapping, type KinesisMappingService } from './sources/kinesis-mapping/start-kinesis-mapping.ts';
import { startSqsMapping, type SqsMappingService } from './sources/sqs-mapping/start-sqs-mapping.ts';
import type { Deployment } from './template/deployment.ts';
import { loadTemplate } from './template/load-template.ts';

/** Offsets from the API's port. */
const PORTS = { httpApi: 0, kinesis: 1, dynamodb: 2, storage: 3 } as const;

const IDLE_POLL_MS = 50;

export interface CloudOptions {
  templateFile: string;
  parameters: Record<string, string>;
  /** Port of the HTTP API; the services take the next three. 0: any free ones. */
  port: number;
  /** Absolute folder of everything that a restart finds again. Undefined: in memory, for one run. */
  dataDir: string | undefined;
  /** Absolute folder for the bundles, of this cloud alone: it is emptied first. */
  buildDir: string;
  clock: Clock;
  faults: Faults;
  kinesisSettings?: Partial<KinesisSettings> | undefined;
  /** See HttpApiOptions. */
  sourceIpHeader?: string | undefined;
  /** Gives each event source mapping of a stream its observer. */
  observeMapping?: ((logicalId: string) => MappingObserver | undefined) | undefined;
  /** Sees what functions answer to the HTTP API, before the client does. */
  observeAnswer?: ((invocation: Invocation) => void) | undefined;
  /** Told of a part that stopped by itself, which the rest cannot make up for. */
  onFailure?: ((error: Error) => void) | undefined;
}

/** The template, running. */
export interface Cloud {
  deployment: Deployment;
  /** By service, in the SDK's names, and `httpApi`. */
  urls: Record<'httpApi' | 'kinesis' | 'dynamodb' | 's3' | 'sqs', string>;
  kinesis: KinesisService;
  dynamodb: DynamoDbService;
  storage: StorageService;
  functions: FunctionHost;
  httpApi: HttpApiService;
  /** By logical id. */
  deliveryStreams: Map<string, FirehoseService>;
  kinesisMappings: Map<string, KinesisMappingService>;
  sqsMappings: Map<string, SqsMappingService>;
  /**
   * Refuses new requests, and resolves when all that was accepted has reached its end: scored, in the lake, or set
   * aside. Rejects with what stopped a mapping, as that will never be.
   */
  drain(): Promise<void>;
  /** Stops everything at once, in the opposite order of its start; the ports are closed then. */
  stop(): Promise<void>;
}

/**
 * Runs a template on this machine: builds its functions, boots the services, creates what it declares and connects it.
 * Rejects with what is wrong (an unsupported property by name and line, a taken port, a build error), with nothing left running.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { clock, faults, dataDir, port } = options;
  const started: (() => Promise<void>)[] = [];
  const own = <S extends { stop(): Promise<void> }>(service: S): S => {
    started.push(() => service.stop());
    return service;
  };
  const stop = async (): Promise<void> => {
    for (let last = started.pop(); last; last = started.pop()) await last();
  };
  const portOf = (service: keyof typeof PORTS): number => (port === 0 ? 0 : port + PORTS[service]);
  const folder = (...names: string[]): string | undefined => (dataDir === undefined ? undefined : join(dataDir, ...names));
  const load = (endpoints: { sqs?: string; httpApi?: string }): Deployment =>
    loadTemplate({ file: options.templateFile, parameters: options.parameters, endpoints });

  try {
    const declared = load({});
    const { region, accountId } = declared;
    const storage = own(
      await startStorage({ port: portOf('storage'), dataDir, clock, faults, buckets: declared.buckets, queues: declared.queues }),
    );
    // Queue urls have the port in them, and functions the urls; so it is read again now that the port is known.
    const deployment = load({ sqs: storage.url, ...(port !== 0 && { httpApi: `http://127.0.0.1:${port}` }) });
    const kinesis = own(
      await startKinesis({ port: portOf('kinesis'), clock, faults, dataDir: folder('kinesis'), region, accountId, settings: options.kinesisSettings }),
    );
    const parts = [
      startDynamoDb({ port: portOf('dynamodb'), dataDir: folder('dynamodb'), clock, faults, tables: deployment.tables }).then(own),
      createStreams(kinesis, deployment, clock),
    ] as const;
    // When one fails the other is awaited too: what starts late would not be stopped, and a stopped Kinesis makes no stream.
    const [dynamodb] = await Promise.all(parts).finally(() => Promise.allSettled(parts));
    const endpoints = { kinesis: kinesis.url, dynamodb: dynamodb.url, s3: storage.url, sqs: storage.url, sns: storage.url };
    const functions = own(
      await startFunctionHost({ functions: deployment.functions, endpoints, clock, faults, buildDir: options.buildDir, logDir: folder('logs'), region }),
    );
    const logicalIdOf = (arn: string): string => {
      const found = deployment.functions.find((fn) => fn.arn === arn);
      if (!found) throw new Error(`No function of the template has the arn ${arn}`);
      return found.logicalId;
    };

    const deliveryStreams = new Map<string, FirehoseService>();
    for (const stream of deployment.deliveryStreams) {
      const dir = folder('firehose', stream.logicalId);
      const service = await startFirehose({
        stream, kinesis, invoker: functions, s3Endpoint: storage.url, clock, faults, dataDir: dir, deaggregate, lambdaArnToLogicalId: logicalIdOf,
      });
      deliveryStreams.set(stream.logicalId, own(service));
    }
    const kinesisMappings = new Map<string, KinesisMappingService>();
    for (const mapping of deployment.kinesisMappings) {
      const service = await startKinesisMapping({
        mapping, deployment, kinesis, invoker: functions, destinations: endpoints, clock, faults,
        checkpointDir: folder('mappings', mapping.logicalId),
        observer: options.observeMapping?.(mapping.logicalId),
        onFailure: options.onFailure,
      });
      kinesisMappings.set(mapping.logicalId, own(service));
    }
    const sqsMappings = new Map<string, SqsMappingService>();
    for (const mapping of deployment.sqsMappings) {
      sqsMappings.set(mapping.logicalId, own(await startSqsMapping({ mapping, endpoints, invoker: functions, clock, faults })));
    }
    const [api, ...others] = deployment.httpApis;
    if (!api || others.length > 0) throw new Error(`Expected one HTTP API in the template, got ${deployment.httpApis.length}.`);
    const httpApi = own(
      await startHttpApi({ api, port: portOf('httpApi'), invoker: observed(functions, options.observeAnswer), clock, faults, accountId, region, sourceIpHeader: options.sourceIpHeader }),
    );

    return {
      deployment,
      urls: { httpApi: httpApi.url, kinesis: kinesis.url, dynamodb: dynamodb.url, s3: storage.url, sqs: storage.url },
      kinesis, dynamodb, storage, functions, httpApi, deliveryStreams, kinesisMappings, sqsMappings,
      async drain() {
        await httpApi.drain();
        const answeredAtMs = clock.now();
        await Promise.all([...deliveryStreams.values()].map((stream) => stream.drain()));
        while (![...kinesisMappings.values()].every((mapping) => mapping.idle(answeredAtMs))) {
          for (const { failure } of kinesisMappings.values()) if (failure) throw failure;
          await clock.sleep(IDLE_POLL_MS);
        }
        while (![...sqsMappings.values()].every((mapping) => mapping.idle())) await clock.sleep(IDLE_POLL_MS);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function observed(invoker: FunctionInvoker, observe: CloudOptions['observeAnswer']): FunctionInvoker {
  if (!observe) return invoker;
  return {
    async invoke(functionLogicalId, event) {
      const invocation = await invoker.invoke(functionLogicalId, event);
      observe(invocation);
      return invocation;
    },
  };
}
