import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import type { FunctionInvoker } from '../../invoke/invocation.ts';
import { listenOnLoopback } from '../../loopback.ts';
import type { HttpApi } from '../../template/deployment.ts';
import { preflightResponse, withCors } from './cors.ts';
import { Deadlines } from './deadlines.ts';
import { gatewayMessage, type GatewayResponse } from './function-response.ts';
import { integrate } from './integration.ts';
import { readBody } from './request-body.ts';
import { newRequestId, requestEvent, type GatewayIdentity } from './request-event.ts';
import { requestRate } from './request-rate.ts';
import { routeTable } from './route-table.ts';

/** The request line and all header values together. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const HEADERS_MAX_BYTES = 10_240;

/** Node's own bound on headers, well above the gateway's, so that the gateway is the one that answers. */
const NODE_HEADERS_MAX_BYTES = 65_536;

export interface HttpApiOptions {
  api: HttpApi;
  port: number;
  invoker: FunctionInvoker;
  clock: Clock;
  faults: Faults;
  accountId: string;
  region: string;
  /**
   * Lower-case name of a header in which local traffic (the demo shop, a replayed log) states the address that it
   * comes from; the function sees that address and not the header. Off by default, and nothing that AWS has: with it,
   * whoever reaches the port chooses their address.
   */
  sourceIpHeader?: string | undefined;
}

export interface HttpApiService {
  /** The API's address, its stage included unless that is `$default`. */
  url: string;
  /** Answers since the start by status; live. */
  answers: Readonly<Record<number, number>>;
  /** Refuses new requests with 503 from now on and resolves when every earlier one is answered. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Serves an HTTP API of the template on 127.0.0.1: routes, CORS, limits and answers as API Gateway's, events in payload format 2.0. */
export async function startHttpApi(options: HttpApiOptions): Promise<HttpApiService> {
  const { api, port, invoker, clock, faults } = options;
  const findRoute = routeTable(api.routes);
  const mayPass = api.throttling ? requestRate(api.throttling, clock) : () => true;
  const deadlines = new Deadlines(clock);
  const answers: Record<number, number> = {};
  const identity: GatewayIdentity = {
    accountId: options.accountId,
    apiId: api.name,
    region: options.region,
    stageName: api.stageName,
    port,
    sourceIpHeader: options.sourceIpHeader?.toLowerCase(),
  };
  let inFlight = 0;
  let draining: (() => void) | undefined;

  const answer = async (request: IncomingMessage, requestId: string): Promise<GatewayResponse> => {
    const target = requestTarget(request.url ?? '/', api.stageName);
    if (headersSize(request) > HEADERS_MAX_BYTES) return gatewayMessage(431, 'Request Header Fields Too Large');
    if (draining) return gatewayMessage(503, 'Service Unavailable');
    const preflight = preflightResponse(api.cors, request.method ?? '', request.headers);
    if (preflight) return preflight;
    if (target === 'malformed') return gatewayMessage(400, 'Bad Request');
    const match = target && findRoute(request.method ?? '', target.path);
    if (!target || !match) return gatewayMessage(404, 'Not Found');
    if (!mayPass() || faults.strikes('throttle', 'http-api')) return gatewayMessage(429, 'Too Many Requests');
    const body = await readBody(request);
    if (!body) return gatewayMessage(413, 'Request Entity Too Large');
    const event = requestEvent(request, target, body, match, requestId, clock.now(), identity);
    return integrate(invoker, match.route, event, deadlines);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = newRequestId();
    inFlight++;
    try {
      const answered = withCorsUnlessPreflight(await answer(request, requestId), api, request);
      // What is left of a refused body is read and thrown away: closing instead could lose the answer on its way.
      if (!request.complete) request.resume();
      if (answered.statusCode < 400 && faults.strikes('lostResponse', 'http-api')) return void request.socket.destroy();
      answers[answered.statusCode] = (answers[answered.statusCode] ?? 0) + 1;
      send(response, answered, requestId);
    } catch {
      // The client went away in the middle of its request.
      request.socket.destroy();
    } finally {
      inFlight--;
      if (inFlight === 0) draining?.();
    }
  };

  const server = createServer({ maxHeaderSize: NODE_HEADERS_MAX_BYTES, keepAliveTimeout: 60_000 }, (request, response) => void handle(request, response));
  const listener = await listenOnLoopback(server, port, 'the HTTP API');
  identity.port = listener.port;
  return {
    url: api.stageName === '$default' ? listener.url : `${listener.url}/${api.stageName}`,
    answers,
    drain: () =>
      new Promise((resolve) => {
        draining = resolve;
        if (inFlight === 0) resolve();
      }),
    stop: () => {
      deadlines.clear();
      return listener.close();
    },
  };
}

/** The decoded path behind the stage and the query as sent; undefined when the path is not of this stage. */
function requestTarget(url: string, stageName: string): { path: string; rawQueryString: string } | 'malformed' | undefined {
  const queryAt = url.indexOf('?');
  const encodedPath = queryAt < 0 ? url : url.slice(0, queryAt);
  let path: string;
  try {
    path = encodedPath.includes('%') ? decodeURIComponent(encodedPath) : encodedPath;
  } catch {
    return 'malformed';
  }
  const rawQueryString = queryAt < 0 ? '' : url.slice(queryAt + 1);
  if (stageName === '$default') return { path, rawQueryString };
  if (path === `/${stageName}`) return { path: '/', rawQueryString };
  return path.startsWith(`/${stageName}/`) ? { path: path.slice(stageName.length + 1), rawQueryString } : undefined;
}

function headersSize(request: IncomingMessage): number {
  let size = (request.method?.length ?? 0) + (request.url?.length ?? 0) + ' HTTP/1.1'.length + 1;
  for (let index = 1; index < request.rawHeaders.length; index += 2) size += (request.rawHeaders[index] as string).length;
  return size;
}

function withCorsUnlessPreflight(response: GatewayResponse, api: HttpApi, request: IncomingMessage): GatewayResponse {
  const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  return isPreflight ? response : withCors(response, api.cors, request.headers.origin);
}

function send(response: ServerResponse, { statusCode, headers, body }: GatewayResponse, requestId: string): void {
  const hasNoBody = statusCode === 204 || statusCode === 304;
  response.writeHead(statusCode, {
    ...headers,
    ...(!hasNoBody && { 'content-length': Buffer.byteLength(body) }),
    'apigw-requestid': requestId,
  });
  response.end(hasNoBody ? undefined : body);
}
