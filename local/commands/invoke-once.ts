import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { noFaults } from '../faults.ts';
import { startFunctionHost } from '../invoke/function-host.ts';
import type { Invocation } from '../invoke/invocation.ts';
import { startDynamoDb } from '../services/dynamodb/start-dynamodb.ts';
import { startKinesis, type KinesisService } from '../services/kinesis/service.ts';
import { startStorage } from '../services/storage/start-storage.ts';
import type { Deployment, LambdaFunction, Stream } from '../template/deployment.ts';

export interface InvokeOnce {
  fn: LambdaFunction;
  event: unknown;
  deployment: Deployment;
  /** Bundles are written here; inside the project, so that externals are found. */
  buildDir: string;
  /** Variables on top of the template's. */
  environment: Record<string, string>;
}

/**
 * Runs one function of the deployment once, cold, against services of its own: in memory, on free ports, holding what
 * the template declares and nothing else. Resolves to what Invoke answers and to the lines that Lambda would log.
 * Rejects when the function cannot be built or the event is larger than Lambda takes.
 */
export async function invokeOnce({ fn, event, deployment, buildDir, environment }: InvokeOnce): Promise<{ invocation: Invocation; log: string }> {
  const stops: (() => Promise<unknown>)[] = [];
  const started = <Service extends { stop(): Promise<unknown> }>(service: Service): Service => {
    stops.unshift(() => service.stop());
    return service;
  };
  const { region, accountId, streams, tables, buckets, queues } = deployment;
  const common = { port: 0, dataDir: undefined, clock: systemClock, faults: noFaults };
  try {
    const logDir = await mkdtemp(join(tmpdir(), 'millrace-invoke-'));
    stops.push(() => rm(logDir, { recursive: true, force: true }));
    const kinesis = started(await startKinesis({ ...common, region, accountId, settings: { createStreamMs: 0 } }));
    const dynamoDb = started(await startDynamoDb({ ...common, tables }));
    const storage = started(await startStorage({ ...common, buckets, queues }));
    await Promise.all(streams.map((stream) => createStream(kinesis, stream)));

    const queueUrls = new Map(queues.map((queue) => [queue.url, storage.queueUrl(queue.name)]));
    const variables = { ...Object.fromEntries(Object.entries(fn.environment).map(([name, value]) => [name, queueUrls.get(value) ?? value])), ...environment };
    const host = started(
      await startFunctionHost({
        functions: [{ ...fn, environment: variables }],
        endpoints: { kinesis: kinesis.url, dynamodb: dynamoDb.url, s3: storage.url, sqs: storage.url },
        clock: systemClock,
        faults: noFaults,
        buildDir,
        logDir,
        region,
      }),
    );
    const invocation = await host.invoke(fn.logicalId, event);
    return { invocation, log: await readFile(join(logDir, `${fn.logicalId}.log`), 'utf8') };
  } finally {
    for (const stop of stops) await stop();
  }
}

async function createStream(kinesis: KinesisService, { name, mode, shardCount }: Stream): Promise<void> {
  await kinesis.call('CreateStream', { StreamName: name, StreamModeDetails: { StreamMode: mode }, ...(mode === 'PROVISIONED' ? { ShardCount: shardCount ?? 1 } : {}) });
  for (;;) {
    const { StreamDescriptionSummary } = (await kinesis.call('DescribeStreamSummary', { StreamName: name })) as { StreamDescriptionSummary: { StreamStatus: string } };
    if (StreamDescriptionSummary.StreamStatus === 'ACTIVE') return;
    await systemClock.sleep(5);
  }
}
