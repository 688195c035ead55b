import { describe, expect, it } from '@jest/globals';
import { pageView } from './page-view.ts';
import { parseLine } from './parse-line.ts';

const LINE = '192.0.2.7 - ada [17/May/2015:10:05:03 +0200] "GET /a?b=c HTTP/1.1" 404 - "http://example.com/" "curl/8.5.0"';

function event(line: string, number = 1): object {
  const parsed = parseLine(line);
  if (!parsed.ok) throw new Error(parsed.reason);
  return pageView(parsed.request, number, line);
}

describe('pageView', () => {
  it('states what the line says, with a digest as its id', () => {
    expect(event(LINE)).toEqual({
      // printf '1\n%s' "$LINE" | sha256sum, with the bits that make it a UUID of version 8
      event_id: '7370895e-1ea4-8f20-9d7d-9569b805462d',
      event_type: 'page_view',
      event_time: '2015-05-17T08:05:03.000Z',
      user_id: 'ada',
      // printf '192.0.2.7\ncurl/8.5.0' | sha256sum
      anonymous_id: 'log-a8ffdcd1a9f356d055234827',
      page: '/a?b=c',
      referrer: 'http://example.com/',
      ip: '192.0.2.7',
      user_agent: 'curl/8.5.0',
      properties: { method: 'GET', protocol: 'HTTP/1.1', status: 404, bytes: 0 },
    });
  });

  it('keeps a request that is none, and a host that is no address, as properties', () => {
    const line = String.raw`crawler.example.com - - [17/May/2015:10:05:03 +0000] "\x16\x03" 400 226 "-" "-"`;
    expect(event(line)).toMatchObject({ properties: { status: 400, bytes: 226, remote_host: 'crawler.example.com', request: '\u0016\u0003' } });
    for (const absent of ['page', 'ip', 'user_agent', 'referrer', 'user_id']) expect(event(line)).not.toHaveProperty(absent);
  });

  it('tells equal lines of different numbers apart', () => {
    expect(event(LINE, 1)).not.toEqual(event(LINE, 2));
    expect(event(LINE, 2)).toEqual(event(LINE, 2));
  });
});
