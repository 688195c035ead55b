import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { kinesisEventStream } from '../../core/aws/kinesis-event-stream.ts';
import { readConfig, text } from '../../core/config.ts';
import { parseWriteKeys } from '../../core/domain/write-keys.ts';
import type { HttpAnswer } from '../../core/domain/http/answers.ts';
import { run, type IngestDeps } from './run.ts';

const config = readConfig({ EVENT_STREAM_NAME: text, WRITE_KEYS: parseWriteKeys }, process.env);
const log = new Logger();
const clock = { now: () => Date.now(), sleep: async (ms: number) => sleep(ms) };

const deps: IngestDeps = {
  writeKeys: config.WRITE_KEYS,
  stream: kinesisEventStream({
    // One HTTP/2 connection for all calls, until one times out; by default the client opens one a call.
    client: new KinesisClient({ maxAttempts: 1, requestHandler: { disableConcurrentStreams: false } }),
    streamName: config.EVENT_STREAM_NAME,
    clock,
    random: Math.random,
    log,
  }),
  clock,
  log,
  newEventId: randomUUID,
};

export const handler = async (event: APIGatewayProxyEventV2, context: Context): Promise<HttpAnswer> => {
  log.addContext(context);
  return run(deps, event, context.getRemainingTimeInMillis());
};
