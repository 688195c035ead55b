import { request as httpRequest } from 'node:http';

import { afterEach, expect } from '@jest/globals';

import { clockAtSpeed, type Clock } from '../../clock.ts';
import { noFaults } from '../../faults.ts';
import type { Invocation } from '../../invoke/invocation.ts';
import type { HttpApi } from '../../template/deployment.ts';
import { startHttpApi, type HttpApiOptions, type HttpApiService } from './start-http-api.ts';

const route = (routeKey: string) => ({ routeKey, functionLogicalId: 'EchoFunction', timeoutMs: 30_000 });
const api: HttpApi = {
  logicalId: 'HttpApi',
  name: 'a1b2c3d4e5',
  arn: 'arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5',
  stageName: '$default',
  cors: undefined,
  throttling: undefined,
  routes: [route('POST /events'), route('GET /pets/{id}')],
};
export const cors = {
  allowOrigins: ['https://shop.example', 'http://*'],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['content-type', 'x-write-key'],
  exposeHeaders: ['retry-after'],
  maxAgeSeconds: 300,
  allowCredentials: true,
};
/** 2020-03-04T19:03:58.390Z, and no time passes. */
export const stillClock: Clock = { now: () => 1_583_348_638_390, sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())) };

export const invocation = (payload: unknown, functionError?: 'Unhandled'): Invocation => ({ requestId: 'r', payload, functionError, logs: [], metrics: [], coldStart: false, durationMs: 1 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Handler = (event: Record<string, unknown>) => unknown;

export async function start(handler: Handler, options: Partial<Omit<HttpApiOptions, 'api'>> & { api?: Partial<HttpApi> } = {}): Promise<HttpApiService & { events: Record<string, unknown>[] }> {
  const events: Record<string, unknown>[] = [];
  const invoker = {
    invoke: async (functionLogicalId: string, event: unknown) => {
      expect(functionLogicalId).toBe('EchoFunction');
      events.push(event as Record<string, unknown>);
      return invocation(await handler(event as Record<string, unknown>));
    },
  };
  const service = await startHttpApi({ port: 0, invoker, clock: clockAtSpeed(1), faults: noFaults, accountId: '123456789012', region: 'eu-west-1', ...options, api: { ...api, ...options.api } });
  cleanups.push(() => service.stop());
  return Object.assign(service, { events });
}

export const post = (service: HttpApiService, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Response> => fetch(`${service.url}/events`, { method: 'POST', body, headers });

/** A request whose headers are exactly these, in this order, repeated ones included. */
export function rawRequest(url: string, method: string, headers: string[], body = ''): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

