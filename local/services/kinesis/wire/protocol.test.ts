import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { GetRecordsCommand, GetShardIteratorCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { cbor, tag } from '@smithy/core/cbor';
import { activeStream, post, sdkClient, startTestKinesis } from '../../../../tests/support/kinesis-service.ts';
import { seededFaults } from '../../../faults.ts';
import type { KinesisService } from '../service.ts';

let kinesis: KinesisService;
beforeAll(async () => {
  kinesis = await startTestKinesis();
  await activeStream(kinesis, 'wire');
});
afterAll(() => kinesis.stop());

const request = (headers: Record<string, string>, body: string): Promise<[number, string]> =>
  fetch(kinesis.url, { method: 'POST', headers, body }).then(async (answer) => [answer.status, await answer.text()]);
const JSON_HEADERS = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Kinesis_20131202.ListStreams' };

describe('the wire', () => {
  test.each([
    ['an unknown operation', { ...JSON_HEADERS, 'x-amz-target': 'Kinesis_20131202.Nope' }, '{}', '{"__type":"UnknownOperationException"}'],
    ['another service', { ...JSON_HEADERS, 'x-amz-target': 'DynamoDB_20120810.ListStreams' }, '{}', '{"__type":"UnknownOperationException"}'],
    ['no target', { 'content-type': 'application/x-amz-json-1.1' }, '{}', '{"__type":"UnknownOperationException"}'],
    ['a body that is not JSON', JSON_HEADERS, 'hello', '{"__type":"SerializationException"}'],
    ['a body that is a list', JSON_HEADERS, '[]', '{"__type":"SerializationException"}'],
    ['a member of the wrong type', JSON_HEADERS, '{"Limit":"3"}', '{"__type":"SerializationException","Message":"class java.lang.String can not be converted to an Integer"}'],
  ])('refuses %s with 400', async (_, headers, body, expected) => {
    expect(await request(headers as Record<string, string>, body)).toEqual([400, expected]);
  });

  test('answers 413 to more than 20 MiB', async () => {
    expect((await request(JSON_HEADERS, 'x'.repeat(20_971_521)))[0]).toBe(413);
  });

  test('answers a new request id, and an empty body where there is no answer', async () => {
    const answer = await fetch(kinesis.url, { method: 'POST', headers: JSON_HEADERS, body: '{}' });
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await post(kinesis.url, 'AddTagsToStream', { StreamName: 'wire', Tags: { a: 'b' } })).toEqual({ status: 200, body: undefined });
  });

  test('speaks HTTP/2 with prior knowledge on the same port', async () => {
    const session = connectHttp2(kinesis.url);
    const stream = session.request({ ':method': 'POST', ':path': '/', ...JSON_HEADERS });
    stream.end('{}');
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    stream.resume();
    session.close();
    expect(headers[':status']).toBe(200);
  });

  test('takes 9 MiB in one request of the SDK, whose HTTP/2 window is 64 KiB by default', async () => {
    await activeStream(kinesis, 'large', 10);
    const client = sdkClient(kinesis.url);
    const width = (1n << 128n) / 10n;
    const Records = Array.from({ length: 9 }, (_, index) => ({ PartitionKey: 'k', ExplicitHashKey: String(width * BigInt(index) + 9n), Data: Buffer.alloc(1_000_000, index) }));
    expect((await client.send(new PutRecordsCommand({ StreamName: 'large', Records }))).FailedRecordCount).toBe(0);
    const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName: 'large', ShardId: 'shardId-000000000003', ShardIteratorType: 'TRIM_HORIZON' }));
    const { Records: read } = await client.send(new GetRecordsCommand({ ShardIterator }));
    expect(Buffer.from(read![0]!.Data!).equals(Buffer.alloc(1_000_000, 3))).toBe(true);
    client.destroy();
  });

  test('speaks CBOR, as the Java SDK does: data as bytes, times as tagged milliseconds', async () => {
    const call = async (operation: string, input: object): Promise<{ status: number; body: Record<string, unknown> }> => {
      const answer = await fetch(kinesis.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-amz-cbor-1.1', 'x-amz-target': `Kinesis_20131202.${operation}` },
        body: Buffer.from(cbor.serialize(input)),
      });
      expect(answer.headers.get('content-type')).toBe('application/x-amz-cbor-1.1');
      return { status: answer.status, body: cbor.deserialize(new Uint8Array(await answer.arrayBuffer())) as Record<string, unknown> };
    };
    const put = await call('PutRecord', { StreamName: 'wire', PartitionKey: 'k', Data: Buffer.from('hello') });
    expect(put.body.ShardId).toBe('shardId-000000000000');
    const iterator = await call('GetShardIterator', {
      StreamName: 'wire', ShardId: 'shardId-000000000000', ShardIteratorType: 'AT_TIMESTAMP', Timestamp: tag({ tag: 1, value: Date.now() - 60_000 }),
    });
    const read = await call('GetRecords', { ShardIterator: iterator.body.ShardIterator });
    const [record] = read.body.Records as { Data: Uint8Array; ApproximateArrivalTimestamp: { tag: bigint | number; value: number } }[];
    expect(Buffer.from(record!.Data).toString()).toBe('hello');
    expect(Math.abs(Number(record!.ApproximateArrivalTimestamp.value) - Date.now())).toBeLessThan(60_000);
    expect(await call('PutRecord', { StreamName: 'nope', PartitionKey: 'k', Data: Buffer.from('') })).toMatchObject({
      status: 400, body: { __type: 'ResourceNotFoundException', message: 'Stream nope under account 123456789012 not found.' },
    });
  });
});

describe('a service', () => {
  test('rejects a taken port and says which', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    await expect(startTestKinesis({ port })).rejects.toThrow(`port ${port}`);
    holder.close();
  });

  test('leaves its port closed when it stops, with connections open', async () => {
    const service = await startTestKinesis();
    const session = connectHttp2(service.url);
    await once(session, 'connect');
    await service.stop();
    await expect(fetch(service.url)).rejects.toThrow('fetch failed');
    session.destroy();
  });

  test('with lost responses, stores the record and cuts the connection; the SDK tries again and so puts some twice', async () => {
    const service = await startTestKinesis({ faults: seededFaults(3, { throttle: 0, lostResponse: 0.5, crash: 0, duplicate: 0 }) });
    const client = sdkClient(service.url, { maxAttempts: 20 });
    try {
      await activeStream(service, 'lossy');
      const appended: string[] = [];
      service.onAppend((_, __, records) => appended.push(...records.map(({ data }) => Buffer.from(data, 'base64').toString())));
      for (const event of ['a', 'b', 'c', 'd', 'e']) {
        await client.send(new PutRecordsCommand({ StreamName: 'lossy', Records: [{ PartitionKey: 'k', Data: Buffer.from(event) }] }));
      }
      expect(appended.length).toBeGreaterThan(5);
      expect([...new Set(appended)]).toEqual(['a', 'b', 'c', 'd', 'e']);
    } finally {
      client.destroy();
      await service.stop();
    }
  });

  test('in process, a lost response is a connection that was reset', async () => {
    const service = await startTestKinesis({ faults: seededFaults(1, { throttle: 0, lostResponse: 1, crash: 0, duplicate: 0 }) });
    try {
      await activeStream(service, 'lossy');
      await expect(service.call('PutRecord', { StreamName: 'lossy', PartitionKey: 'k', Data: '' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    } finally {
      await service.stop();
    }
  });
});
