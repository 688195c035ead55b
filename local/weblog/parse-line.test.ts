import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseLine, type LoggedRequest } from './parse-line.ts';

const COMMON = '192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 203023';
const REQUEST: LoggedRequest = {
  host: '192.0.2.7',
  user: undefined,
  timeMs: 1_431_857_103_000,
  request: 'GET /a?b=c HTTP/1.1',
  method: 'GET',
  target: '/a?b=c',
  protocol: 'HTTP/1.1',
  status: 200,
  bytes: 203_023,
  referrer: undefined,
  userAgent: undefined,
};

/** As Apache's ap_escape_logitem writes a header. */
function apacheEscaped(text: string): string {
  const escaped = [...Buffer.from(text)].map((byte) => {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === '\\') return `\\${char}`;
    return byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).padStart(2, '0')}` : char;
  });
  return escaped.join('');
}

describe('parseLine', () => {
  it.each<[string, string, Partial<LoggedRequest>]>([
    ['the common format', COMMON, {}],
    ['the combined format', `${COMMON} "http://example.com/" "Mozilla/5.0 (X11)"`, { referrer: 'http://example.com/', userAgent: 'Mozilla/5.0 (X11)' }],
    ['dashes for what there is not', `${COMMON} "-" "-"`, {}],
    ['an empty agent', `${COMMON} "" ""`, { referrer: '', userAgent: '' }],
    ['further fields after the agent', `${COMMON} "-" "curl/8.5.0" 0.021 "203.0.113.9, 10.0.0.1"`, { userAgent: 'curl/8.5.0' }],
    ['a quote escaped by Apache', String.raw`${COMMON} "-" "a \"quoted\" \\ agent"`, { userAgent: String.raw`a "quoted" \ agent` }],
    ['bytes escaped by nginx', String.raw`${COMMON} "-" "a \x22quoted\x22 \xC3\xA9 \x5Cagent"`, { userAgent: String.raw`a "quoted" é \agent` }],
    ['bytes that are no UTF-8', String.raw`${COMMON} "-" "x\xFFy"`, { userAgent: 'x\uFFFDy' }],
    ['raw UTF-8', Buffer.from(`${COMMON} "-" "Café"`).toString('latin1'), { userAgent: 'Café' }],
    ['an escape that no server writes', String.raw`${COMMON} "-" "x\qy\xZZ"`, { userAgent: String.raw`x\qy\xZZ` }],
    ['unescaped quotes in the agent', `${COMMON} "-" "Mozilla "best" one (X11)"`, { userAgent: 'Mozilla "best" one (X11)' }],
    ['an unescaped quote in the referrer', `${COMMON} "http://s/?q="a b" "ua"`, { referrer: 'http://s/?q="a b', userAgent: 'ua' }],
    ['an agent cut off by the end of the line', `${COMMON} "-" "Googlebot/2.1; +http://goo`, { userAgent: 'Googlebot/2.1; +http://goo' }],
    ['IPv6', COMMON.replace('192.0.2.7', '2001:db8::7'), { host: '2001:db8::7' }],
    ['a host name', COMMON.replace('192.0.2.7', 'crawler.example.com'), { host: 'crawler.example.com' }],
    ['an authenticated user', COMMON.replace('- - [', '- ada [') , { user: 'ada' }],
    ['a user with spaces', COMMON.replace('- - [', '- Ada King [') , { user: 'Ada King' }],
    ['an empty user', COMMON.replace('- - [', '- "" [') , {}],
    ['a zone east of Greenwich', COMMON.replace('+0000', '+0530'), { timeMs: 1_431_837_303_000 }],
    ['a zone west of Greenwich', COMMON.replace('+0000', '-0700'), { timeMs: 1_431_882_303_000 }],
    ['a leap second', COMMON.replace('17/May/2015:10:05:03', '30/Jun/2015:23:59:60'), { timeMs: 1_435_708_800_000 }],
    ['29 February of a leap year', COMMON.replace('17/May/2015', '29/Feb/2016'), { timeMs: 1_456_740_303_000 }],
    ['no bytes', COMMON.replace('203023', '-'), { bytes: 0 }],
    ['no status', COMMON.replace('200 203023', '- -'), { status: undefined, bytes: 0 }],
    ['HTTP/0.9', COMMON.replace(' HTTP/1.1', ''), { request: 'GET /a?b=c', protocol: undefined }],
    ['HTTP/2', COMMON.replace('HTTP/1.1', 'HTTP/2'), { request: 'GET /a?b=c HTTP/2', protocol: 'HTTP/2' }],
    ['spaces in the target', COMMON.replace('/a?b=c', '/a b  c'), { request: 'GET /a b  c HTTP/1.1', target: '/a b  c' }],
    ['a quote and a number in the target', COMMON.replace('/a?b=c', '/a" 200 x'), { request: 'GET /a" 200 x HTTP/1.1', target: '/a" 200 x' }],
    ['no request', COMMON.replace('GET /a?b=c HTTP/1.1', '-'), { request: undefined, method: undefined, target: undefined, protocol: undefined }],
    ['an empty request', COMMON.replace('GET /a?b=c HTTP/1.1', ''), { request: '', method: undefined, target: undefined, protocol: undefined }],
    ['a protocol and no target', COMMON.replace('/a?b=c ', ''), { request: 'GET HTTP/1.1', method: undefined, target: undefined, protocol: undefined }],
    [
      'TLS to a plain port',
      COMMON.replace('GET /a?b=c HTTP/1.1', String.raw`\x16\x03\x01`),
      { request: '\u0016\u0003\u0001', method: undefined, target: undefined, protocol: undefined },
    ],
  ])('reads %s', (_name, line, differs) => {
    expect(parseLine(line)).toEqual({ ok: true, request: { ...REQUEST, ...differs } });
  });

  it.each([
    ['', 'empty line'],
    ['  \t', 'empty line'],
    ['hello world', 'no [day/month/year:hour:minute:second zone]'],
    [COMMON.replace('May', 'Mai'), 'a time that does not exist'],
    [COMMON.replace('17/May', '31/Feb'), 'a time that does not exist'],
    [COMMON.replace('29/Feb/2016', '29/Feb/2015').replace('17/May', '29/Feb'), 'a time that does not exist'],
    [COMMON.replace('10:05', '24:05'), 'a time that does not exist'],
    [COMMON.replace('+0000', '+9900'), 'a time that does not exist'],
    [COMMON.replace('- - [', '['), 'no address, identity and user before the time'],
    [COMMON.replace('"GET', 'GET'), 'no quoted request after the time'],
    [COMMON.slice(0, -11), 'no status and size after the request'],
    [COMMON.replace('203023', '1e9'), 'no status and size after the request'],
    [`${COMMON} "http://example.com/`, 'a referrer without its closing quote'],
  ])('refuses %j', (line, reason) => {
    expect(parseLine(line)).toEqual({ ok: false, reason });
  });

  it('never throws, and says why it refuses', () => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.nat(COMMON.length), fc.string({ unit: 'binary' }), fc.nat(8)).map(([at, text, cut]) => COMMON.slice(0, at) + text + COMMON.slice(at + cut)),
      fc.array(fc.constantFrom('"', '\\', ' ', '[', ']', '-', COMMON, '" 200 5', '\\x', '" "'), { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(junk, (line) => {
        const parsed = parseLine(line);
        expect(parsed.ok ? Number.isFinite(parsed.request.timeMs) : parsed.reason.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives back any agent that Apache wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 2 }), fc.string({ minLength: 2 }), (agent, referrer) => {
        const parsed = parseLine(`${COMMON} "${apacheEscaped(referrer)}" "${apacheEscaped(agent)}"`);
        expect(parsed).toEqual({ ok: true, request: { ...REQUEST, referrer, userAgent: agent } });
      }),
    );
  });
});
