import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { LoggedRequest } from './parse-line.ts';

/** The event that POST /events takes for one logged request, with the address and agent that only a server key may state. */
export interface LoggedPageView {
  event_id: string;
  event_type: 'page_view';
  event_time: string;
  user_id?: string;
  /** Of the address and the agent: who logs no cookie counts visitors so. */
  anonymous_id: string;
  /** The request's target as it was logged; absent when the request was none. */
  page?: string;
  referrer?: string;
  ip?: string;
  user_agent?: string;
  properties: Record<string, string | number>;
}

/**
 * The event of line `number`. Its id is a digest of the line and its number, so that the same log replayed twice,
 * or grown by further lines, gives the same events the same ids.
 */
export function pageView(request: LoggedRequest, number: number, line: string): LoggedPageView {
  const address = isIP(request.host) === 0 ? undefined : request.host;
  return {
    event_id: digestUuid(`${number}\n${line}`),
    event_type: 'page_view',
    event_time: new Date(request.timeMs).toISOString(),
    ...stated('user_id', request.user),
    anonymous_id: `log-${digest(`${request.host}\n${request.userAgent ?? ''}`).toString('hex', 0, 12)}`,
    ...stated('page', request.target),
    ...stated('referrer', request.referrer),
    ...stated('ip', address),
    ...stated('user_agent', request.userAgent),
    properties: {
      ...stated('method', request.method),
      ...stated('protocol', request.protocol),
      ...stated('status', request.status),
      bytes: request.bytes,
      ...stated('remote_host', address === undefined ? request.host : undefined),
      ...stated('request', request.target === undefined ? request.request : undefined),
    },
  };
}

function stated<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return (value === undefined || value === '' ? {} : { [name]: value }) as { [Key in Name]?: Value };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A version 8 UUID (RFC 9562: "vendor-specific") of the first 16 bytes of the digest. */
function digestUuid(text: string): string {
  const bytes = digest(text).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
