import type { HttpApi } from '../../template/deployment.ts';
import type { GatewayResponse } from './function-response.ts';

type Cors = NonNullable<HttpApi['cors']>;

/**
 * The gateway's answer to a preflight, which reaches no function: 204, with headers only when the origin is allowed.
 * Undefined when the request is none: it needs OPTIONS, `origin` and `access-control-request-method`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function preflightResponse(cors: Cors | undefined, method: string, headers: Record<string, unknown>): GatewayResponse | undefined {
  const origin = headers['origin'];
  if (!cors || method !== 'OPTIONS' || typeof origin !== 'string' || headers['access-control-request-method'] === undefined) return undefined;
  const allowed = originHeaders(cors, origin);
  if (!allowed) return { statusCode: 204, headers: {}, body: '' };
  return {
    statusCode: 204,
    headers: {
      ...allowed,
      ...(cors.allowMethods.length > 0 && { 'access-control-allow-methods': cors.allowMethods.join(',') }),
      ...(cors.allowHeaders.length > 0 && { 'access-control-allow-headers': cors.allowHeaders.join(',') }),
      ...(cors.maxAgeSeconds !== undefined && { 'access-control-max-age': String(cors.maxAgeSeconds) }),
    },
    body: '',
  };
}

/** The response with the API's CORS headers instead of the function's; unchanged when the API has no CORS. */
export function withCors(response: GatewayResponse, cors: Cors | undefined, origin: string | undefined): GatewayResponse {
  if (!cors) return response;
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !name.startsWith('access-control-')));
  return { ...response, headers: { ...headers, ...(origin !== undefined && originHeaders(cors, origin)) } };
}

function originHeaders(cors: Cors, origin: string): Record<string, string> | undefined {
  const isAllowed = cors.allowOrigins.some((allowed) =>
    // The only wildcards that AWS takes are all origins and all of a scheme.
    allowed.endsWith('*') ? origin.startsWith(allowed.slice(0, -1)) : allowed.toLowerCase() === origin.toLowerCase(),
  );
  if (!isAllowed) return undefined;
  return {
    'access-control-allow-origin': cors.allowOrigins.includes('*') && !cors.allowCredentials ? '*' : origin,
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.exposeHeaders.length > 0 && { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
  };
}
