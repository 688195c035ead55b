import type { IncomingMessage } from 'node:http';

import { randomText } from './random-id.ts';
import type { RouteMatch } from './route-table.ts';
import { eventBody } from './request-body.ts';

/** What is the same for every request of an API. */
export interface GatewayIdentity {
  accountId: string;
  apiId: string;
  region: string;
  stageName: string;
  port: number;
  /** A header by which local traffic states the address that it plays; undefined trusts nobody. */
  sourceIpHeader: string | undefined;
}

export type RequestEvent = Record<string, unknown> & { requestContext: Record<string, unknown> };

/** Headers of the connection, not of the request; the gateway ends the connection itself. */
const HOP_BY_HOP = new Set(['connection', 'expect', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An id as in the apigw-requestid header: 16 characters, the last an equals sign. */
export function newRequestId(): string {
  return `${randomText(11, 'base64url')}=`;
}

/**
 * The event of payload format 2.0 for a request, member by member as HTTP APIs send it: optional ones are absent.
 * The source address is the socket's; what a client says in x-forwarded-for stays in front of it in that header only.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function requestEvent(
  request: IncomingMessage,
  { path, rawQueryString }: { path: string; rawQueryString: string },
  body: Buffer,
  match: RouteMatch,
  requestId: string,
  nowMs: number,
  identity: GatewayIdentity,
): RequestEvent {
  const { headers, cookies } = eventHeaders(request.rawHeaders);
  const sourceIp = sourceAddress(request, headers, identity.sourceIpHeader);
  headers['content-length'] = String(body.length);
  headers['x-amzn-trace-id'] = `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${randomText(12, 'hex')}`;
  headers['x-forwarded-for'] = headers['x-forwarded-for'] === undefined ? sourceIp : `${headers['x-forwarded-for']}, ${sourceIp}`;
  headers['x-forwarded-port'] = String(identity.port);
  headers['x-forwarded-proto'] = 'http';
  const stagePath = identity.stageName === '$default' ? path : `/${identity.stageName}${path}`;
  return {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath: stagePath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: queryParameters(rawQueryString) }),
    requestContext: {
      accountId: identity.accountId,
      apiId: identity.apiId,
      domainName: `${identity.apiId}.execute-api.${identity.region}.amazonaws.com`,
      domainPrefix: identity.apiId,
      http: {
        method: request.method,
        path: stagePath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: match.route.routeKey,
      stage: identity.stageName,
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(match.pathParameters && { pathParameters: match.pathParameters }),
    ...eventBody(body, headers['content-type'], headers['content-encoding']),
  };
}

/** Header names in lower case, repeated values joined with commas; cookies apart. */
export function eventHeaders(rawHeaders: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = rawHeaders[index + 1] as string;
    if (HOP_BY_HOP.has(name)) continue;
    if (name === 'cookie') cookies.push(...value.split(';').map((cookie) => cookie.trim()).filter(Boolean));
    else headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return { headers, cookies };
}

/** Decoded parameters, repeated ones joined with commas. */
export function queryParameters(rawQueryString: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    parameters[name] = Object.hasOwn(parameters, name) ? `${parameters[name]},${value}` : value;
  }
  return parameters;
}

function sourceAddress(request: IncomingMessage, headers: Record<string, string>, sourceIpHeader: string | undefined): string {
  const played = sourceIpHeader === undefined ? undefined : headers[sourceIpHeader];
  if (sourceIpHeader !== undefined) delete headers[sourceIpHeader];
  return played ?? (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(nowMs: number): string {
  const iso = new Date(nowMs).toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
