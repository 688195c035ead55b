import { AwsError } from '../../aws-error.ts';
import type { FunctionInvoker } from '../../invoke/invocation.ts';
import type { HttpRoute } from '../../template/deployment.ts';
import type { Deadlines } from './deadlines.ts';
import { functionResponse, gatewayMessage, INTERNAL_SERVER_ERROR, type GatewayResponse } from './function-response.ts';
import type { RequestEvent } from './request-event.ts';

/** The longest that an HTTP API waits for a function. */
export const INTEGRATION_TIMEOUT_MAX_MS = 30_000;

/** Lambda's largest event of a synchronous invocation. */
export const EVENT_MAX_BYTES = 6_291_456;

/** A character of JSON text takes at most six bytes, as `\u0000` does; what is shorter needs no measuring. */
const SURELY_SMALL_BODY = (EVENT_MAX_BYTES - 100_000) / 6;

/**
 * Invokes a route's function and answers what the gateway does: 500 for a function that fails or answers what is no
 * response, 503 when it takes too long. An event over 6 MB gets 413, a function out of concurrency 503 (both as
 * observed; AWS documents neither). Never rejects.
 */
export function integrate(invoker: FunctionInvoker, route: HttpRoute, event: RequestEvent, deadlines: Deadlines): Promise<GatewayResponse> {
  if (isTooLarge(event)) return Promise.resolve(gatewayMessage(413, 'Request Entity Too Large'));
  return new Promise((resolve) => {
    const timeoutMs = Math.min(route.timeoutMs, INTEGRATION_TIMEOUT_MAX_MS);
    const clearDeadline = deadlines.set(timeoutMs, () => resolve(gatewayMessage(503, 'Service Unavailable')));
    const answer = (response: GatewayResponse): void => {
      clearDeadline();
      resolve(response);
    };
    invoker.invoke(route.functionLogicalId, event).then(
      ({ functionError, payload }) => answer(functionError === undefined ? functionResponse(payload) : INTERNAL_SERVER_ERROR),
      (error: Error) => answer(refusal(error)),
    );
  });
}

function refusal(error: Error): GatewayResponse {
  if (error.name === 'TooManyRequestsException') return gatewayMessage(503, 'Service Unavailable');
  if (error instanceof AwsError && error.statusCode === 413) return gatewayMessage(413, 'Request Entity Too Large');
  return INTERNAL_SERVER_ERROR;
}

function isTooLarge(event: RequestEvent): boolean {
  const bodyLength = typeof event['body'] === 'string' ? event['body'].length : 0;
  return bodyLength > SURELY_SMALL_BODY && Buffer.byteLength(JSON.stringify(event)) > EVENT_MAX_BYTES;
}
