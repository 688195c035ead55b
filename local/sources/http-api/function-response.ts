/** What goes back to the client. */
export interface GatewayResponse {
  statusCode: number;
  headers: Record<string, string | string[]>;
  body: string | Buffer;
}

/** The gateway's own answers have this shape. */
export function gatewayMessage(statusCode: number, message: string): GatewayResponse {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}

export const INTERNAL_SERVER_ERROR = gatewayMessage(500, 'Internal Server Error');

/** Headers of a function's answer that the gateway sets itself. */
const GATEWAY_HEADERS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding', 'apigw-requestid']);

/**
 * Reads a function's answer in payload format 2.0. Without a `statusCode` the whole answer is the body of a 200 with
 * JSON as its type; with one it must be well formed, or the client gets 500.
 */
export function functionResponse(payload: unknown): GatewayResponse {
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = payload as Record<string, unknown>;
  const status = typeof statusCode === 'string' && /^\d{3}$/.test(statusCode) ? Number(statusCode) : statusCode;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return INTERNAL_SERVER_ERROR;
  const responseHeaders = readHeaders(headers ?? {});
  if (!responseHeaders || !isStringList(cookies ?? []) || typeof (body ?? '') !== 'string') return INTERNAL_SERVER_ERROR;
  responseHeaders['content-type'] ??= 'text/plain;charset=UTF-8';
  if ((cookies as string[] | null)?.length) responseHeaders['set-cookie'] = cookies as string[];
  const text = (body ?? '') as string;
  return { statusCode: status, headers: responseHeaders, body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text };
}

function readHeaders(headers: unknown): Record<string, string | string[]> | undefined {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined;
  const read: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!['string', 'number', 'boolean'].includes(typeof value) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return undefined;
    // oxlint-disable-next-line no-control-regex -- control characters split responses
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(String(value))) return undefined;
    if (!GATEWAY_HEADERS.has(name.toLowerCase())) read[name.toLowerCase()] = String(value);
  }
  return read;
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
