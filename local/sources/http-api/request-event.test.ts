import { gzipSync } from 'node:zlib';

import { describe, expect, test } from '@jest/globals';

import { post, rawRequest, start, stillClock } from './http-api.fixture.ts';

describe('the event', () => {
  test('is of payload format 2.0, member by member', async () => {
    const service = await start(() => ({ statusCode: 202 }), { clock: stillClock });
    const { port } = new URL(service.url);
    const headers = ['Host', 'shop.example', 'User-Agent', 'agent/1', 'Header2', 'value1', 'header2', 'value2', 'Cookie', 'cookie1=a; cookie2=b', 'Content-Type', 'application/json', 'X-Forwarded-For', '6.6.6.6', 'Content-Length', '2', 'Connection', 'keep-alive'];
    await rawRequest(`${service.url}/events?parameter1=value1&parameter1=value2&parameter2=a%20b&empty`, 'POST', headers, '{}');
    expect(service.events).toEqual([
      {
        version: '2.0',
        routeKey: 'POST /events',
        rawPath: '/events',
        rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=a%20b&empty',
        cookies: ['cookie1=a', 'cookie2=b'],
        headers: {
          'content-length': '2',
          'content-type': 'application/json',
          header2: 'value1,value2',
          host: 'shop.example',
          'user-agent': 'agent/1',
          'x-amzn-trace-id': expect.stringMatching(/^Root=1-5e5ffb9e-[0-9a-f]{24}$/),
          'x-forwarded-for': '6.6.6.6, 127.0.0.1',
          'x-forwarded-port': port,
          'x-forwarded-proto': 'http',
        },
        queryStringParameters: { parameter1: 'value1,value2', parameter2: 'a b', empty: '' },
        requestContext: {
          accountId: '123456789012',
          apiId: 'a1b2c3d4e5',
          domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
          domainPrefix: 'a1b2c3d4e5',
          http: { method: 'POST', path: '/events', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'agent/1' },
          requestId: expect.stringMatching(/^[\w-]{15}=$/),
          routeKey: 'POST /events',
          stage: '$default',
          time: '04/Mar/2020:19:03:58 +0000',
          timeEpoch: 1_583_348_638_390,
        },
        body: '{}',
        isBase64Encoded: false,
      },
    ]);
  });

  test('has decoded path parameters, and no members for what the request has not', async () => {
    const service = await start(() => 'ok');
    await fetch(`${service.url}/pets/a%20b`);
    expect(service.events[0]).toMatchObject({ rawPath: '/pets/a b', rawQueryString: '', pathParameters: { id: 'a b' }, isBase64Encoded: false });
    for (const member of ['cookies', 'queryStringParameters', 'body', 'stageVariables']) expect(service.events[0]).not.toHaveProperty(member);
  });

  test('has the stage in its path unless that is $default', async () => {
    const service = await start(() => 'ok', { api: { stageName: 'prod' } });
    expect((await fetch(`${service.url}/pets/1`)).status).toBe(200);
    expect(service.events[0]).toMatchObject({ rawPath: '/prod/pets/1', routeKey: 'GET /pets/{id}', requestContext: { stage: 'prod', http: { path: '/prod/pets/1' } } });
    expect((await fetch(new URL('/pets/1', service.url))).status).toBe(404);
  });

  test.each([
    ['application/json', '{"é":1}', false],
    ['application/json; charset=utf-8', '{}', false],
    ['APPLICATION/JSON', '{}', false],
    ['text/csv', 'a,b', false],
    ['application/xml', '<a/>', false],
    ['application/javascript', 'x', false],
    ['application/x-www-form-urlencoded', 'a=b', true],
    ['application/octet-stream', 'x', true],
    ['application/problem+json', '{}', true],
    ['image/png', 'x', true],
  ])('a body of type %s is carried as observed on AWS', async (contentType, text, isBase64Encoded) => {
    const service = await start(() => 'ok');
    await post(service, Buffer.from(text), { 'content-type': contentType });
    expect(service.events[0]).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? Buffer.from(text).toString('base64') : text });
  });

  test('a gzip body, a body without a type and bytes that are no text come in base64', async () => {
    const service = await start(() => 'ok');
    const zipped = gzipSync('{"a":1}');
    await post(service, zipped, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    await post(service, Buffer.from([0xff, 0xfe]), { 'content-type': 'application/json' });
    await rawRequest(`${service.url}/events`, 'POST', ['Host', 'h', 'Content-Length', '1'], 'x');
    expect(service.events.map(({ body, isBase64Encoded }) => [body, isBase64Encoded])).toEqual([[zipped.toString('base64'), true], ['//4=', true], ['eA==', true]]);
    expect(service.events[0]).toMatchObject({ headers: { 'content-encoding': 'gzip' } });
  });

  test('a header names the source address only where local traffic was allowed to', async () => {
    const open = await start(() => 'ok', { sourceIpHeader: 'X-Play-Ip' });
    const strict = await start(() => 'ok');
    for (const service of [open, strict]) await post(service, '{}', { 'content-type': 'application/json', 'x-play-ip': '203.0.113.9' });
    expect(open.events[0]).toMatchObject({ requestContext: { http: { sourceIp: '203.0.113.9' } }, headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(open.events[0]?.['headers']).not.toHaveProperty('x-play-ip');
    expect(strict.events[0]).toMatchObject({ requestContext: { http: { sourceIp: '127.0.0.1' } }, headers: { 'x-play-ip': '203.0.113.9' } });
  });
});
