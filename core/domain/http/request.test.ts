import { describe, expect, it } from '@jest/globals';
import { readBody, writeKeyOf } from './request.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('writeKeyOf', () => {
  it.each([
    { name: 'the header', headers: { 'x-write-key': 'k' }, key: 'k' },
    { name: 'the user of Basic authentication', headers: { authorization: `Basic ${btoa('k:ignored:too')}` }, key: 'k' },
    { name: 'a Basic user without password, in another spelling', headers: { authorization: `basic ${btoa('k')}` }, key: 'k' },
    { name: 'the header before Basic', headers: { 'x-write-key': 'k', authorization: `Basic ${btoa('other:')}` }, key: 'k' },
    { name: 'nothing', headers: {}, key: undefined },
    { name: 'another scheme', headers: { authorization: 'Bearer k' }, key: undefined },
    { name: 'Basic without a user', headers: { authorization: `Basic ${btoa(':k')}` }, key: undefined },
  ])('finds $name', ({ headers, key }) => {
    expect(writeKeyOf({ headers, isBase64Encoded: false })).toBe(key);
  });
});

describe('readBody', () => {
  it.each([
    { name: 'one event', body: '{"a":1}', events: [{ a: 1 }] },
    { name: 'an array', body: '[{"a":1},2]', events: [{ a: 1 }, 2] },
    { name: 'a wrapped list', body: '{"events":[{"a":1}]}', events: [{ a: 1 }] },
    { name: 'an object whose events are no list, as one event', body: '{"events":1}', events: [{ events: 1 }] },
    { name: 'a value that is no event, for validation to reject', body: 'null', events: [null] },
  ])('reads $name', ({ body, events }) => {
    expect(readBody({ headers: JSON_TYPE, body, isBase64Encoded: false })).toEqual({ events });
  });

  it('reads a base64 body sent as text/plain by sendBeacon', () => {
    const request = { headers: { 'content-type': 'Text/Plain; charset=UTF-8' }, body: Buffer.from('{"a":"ü"}').toString('base64'), isBase64Encoded: true };

    expect(readBody(request)).toEqual({ events: [{ a: 'ü' }] });
  });

  it('takes 500 events and refuses 501', () => {
    expect(readBody({ headers: JSON_TYPE, body: list(500), isBase64Encoded: false })).toMatchObject({ events: { length: 500 } });
    expect(problemOf({ headers: JSON_TYPE, body: list(501) })).toEqual({
      type: 'about:blank',
      title: 'Content Too Large',
      status: 413,
      code: 'too_many_events',
      detail: 'expected at most 500 events a request; got 501: send them in several requests',
    });
  });

  it.each([
    { name: 'a form', request: { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' }, code: 'unsupported_media_type', detail: 'got "application/x-www-form-urlencoded"' },
    { name: 'no content type', request: { headers: {}, body: '{}' }, code: 'unsupported_media_type', detail: 'got no content-type' },
    { name: 'broken JSON', request: { headers: JSON_TYPE, body: '{"a":' }, code: 'invalid_json', detail: 'got 5 characters that are not JSON' },
    { name: 'no body', request: { headers: JSON_TYPE }, code: 'invalid_json', detail: 'got an empty body' },
    { name: 'bytes that are not UTF-8', request: { headers: JSON_TYPE, body: '/w==', isBase64Encoded: true }, code: 'invalid_json', detail: 'got bytes that are not UTF-8' },
    { name: 'an empty list', request: { headers: JSON_TYPE, body: '[]' }, code: 'no_events', detail: 'got an empty list' },
  ])('refuses $name', ({ request, code, detail }) => {
    expect(problemOf(request)).toMatchObject({ code, detail: expect.stringContaining(detail) as unknown });
  });
});

function list(length: number): string {
  return JSON.stringify(Array.from({ length }, () => 1));
}

function problemOf(request: { headers: Record<string, string | undefined>; body?: string | undefined; isBase64Encoded?: boolean | undefined }): unknown {
  const read = readBody({ ...request, isBase64Encoded: request.isBase64Encoded ?? false });
  if (!('problem' in read)) throw new Error('expected a problem');
  expect(read.problem.headers['content-type']).toBe('application/problem+json');
  return JSON.parse(read.problem.body);
}
