import { afterAll, beforeAll } from '@jest/globals';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { KinesisOptions, KinesisService } from '../../local/services/kinesis/service.ts';
import { post, sdkClient, startTestKinesis } from './kinesis-service.ts';

/** A Kinesis for a suite of tests, reached as its users reach it. */
export interface KinesisSuite {
  readonly service: KinesisService;
  readonly client: KinesisClient;
  /** Sends JSON over the wire and gives back the refusal; fails when it is not refused with 400. */
  refusal(operation: string, input: object): Promise<{ type: string; message: string | undefined }>;
}

/** Starts it before the suite and stops it after. */
export function kinesisSuite(options: Partial<KinesisOptions> = {}): KinesisSuite {
  let service: KinesisService;
  let client: KinesisClient;
  beforeAll(async () => {
    service = await startTestKinesis(options);
    client = sdkClient(service.url);
  });
  afterAll(async () => {
    client.destroy();
    await service.stop();
  });
  return {
    get service() {
      return service;
    },
    get client() {
      return client;
    },
    async refusal(operation, input) {
      const { status, body } = await post(service.url, operation, input);
      if (status !== 400) throw new Error(`${operation}: expected a refusal with status 400, received ${status}: ${JSON.stringify(body)}`);
      const { __type: type, message, Message } = body as { __type: string; message?: string; Message?: string };
      return { type, message: message ?? Message };
    },
  };
}

/** A ValidationException of these violations, in AWS's words. */
export function violations(...constraints: string[]): { type: string; message: string } {
  const noun = constraints.length === 1 ? 'error' : 'errors';
  const texts = constraints.map((text) => text.replace(' failed: ', ' failed to satisfy constraint: '));
  return { type: 'ValidationException', message: `${constraints.length} validation ${noun} detected: ${texts.join('; ')}` };
}

/** The refusal of a stream that is not there. */
export function streamNotFound(streamName: string): { type: string; message: string } {
  return { type: 'ResourceNotFoundException', message: `Stream ${streamName} under account 123456789012 not found.` };
}

export const NAME_PATTERN_VIOLATED = 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+';
