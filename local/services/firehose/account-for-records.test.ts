import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { AwsError } from '../../aws-error.ts';
import { b64, functionArn, linesOf, temporaryDir, text, upper, world, type Handler } from './firehose.fixture.ts';

/** AggregatedRecord { partition_key_table: ["p", "q"], records: [{ 0, "one" }, { 1, "two" }] } of the KPL. */
const AGGREGATED = Buffer.from('0a01700a01711a0708001a036f6e651a0708011a0374776f', 'hex');

describe('aggregated records', () => {
  test('come to the function one by one, and an aggregate that is none as it is', async () => {
    const { kinesis, firehose, invocations } = await world(upper);
    const md5 = createHash('md5').update(AGGREGATED).digest();
    for (const checksum of [md5, Buffer.alloc(16)]) {
      const Data = Buffer.concat([Buffer.from('f3899ac2', 'hex'), AGGREGATED, checksum]).toString('base64');
      await kinesis.call('PutRecord', { StreamName: 'events', PartitionKey: 'a', Data });
    }
    await firehose.drain();
    const received = invocations.flatMap((event) => event.records).map(({ data, kinesisRecordMetadata: { partitionKey, subsequenceNumber } }) => [text(data).slice(0, 3), partitionKey, subsequenceNumber]);
    expect(received.slice(0, 2)).toEqual([['one', 'p', 0], ['two', 'q', 1]]);
    expect(received.slice(2)).toEqual([[expect.any(String), 'a', 0]]);
    expect(firehose.counters.recordsIn).toBe(3);
  });
});

describe('records that are not delivered', () => {
  test('are under the error prefix in the words of AWS, and in the ledger', async () => {
    const there = await world((records) => ({
      records: records.flatMap(({ recordId, data }) => {
        if (text(data) === 'missing') return [];
        const result = { good: 'Ok', bot: 'Dropped', bad: 'ProcessingFailed' }[text(data)];
        return [{ recordId, result, data: b64(`{"of":"${text(data)}"}`) }];
      }),
    }));
    await there.put('good', 'bot', 'bad', 'missing');
    await there.firehose.drain();
    expect(await linesOf(there)).toEqual(['{"of":"good"}']);
    const [errors] = await there.objects('errors/processing-failed/year=');
    expect(errors?.key).toMatch(/\/clicks-1-[\d-]{19}-[0-9a-f-]{36}$/);
    const time = expect.any(Number);
    expect(errors?.body.trimEnd().split('\n').map((line) => JSON.parse(line))).toEqual([
      { attemptsMade: 1, arrivalTimestamp: time, errorCode: 'Lambda.ProcessingFailedStatus', errorMessage: 'ProcessingFailed status set for record', attemptEndingTimestamp: time, rawData: b64('bad'), lambdaArn: functionArn },
      {
        attemptsMade: 1,
        arrivalTimestamp: time,
        errorCode: 'Lambda.MissingRecordId',
        errorMessage: 'One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.',
        attemptEndingTimestamp: time,
        rawData: b64('missing'),
        lambdaArn: functionArn,
      },
    ]);
    const place = { shardId: 'shardId-000000000000', sequenceNumber: expect.stringMatching(/^\d+$/), subSequenceNumber: 0 };
    expect(there.firehose.undelivered()).toEqual([
      { ...place, result: 'Dropped', data: '{"of":"bot"}' },
      { ...place, result: 'ProcessingFailed', errorCode: 'Lambda.ProcessingFailedStatus', data: '{"of":"bad"}' },
      { ...place, result: 'Failed', errorCode: 'Lambda.MissingRecordId' },
    ]);
  });

  test.each<[string, Handler, string, number]>([
    ['a function that always fails', () => new TypeError('boom'), 'Lambda.FunctionError', 4],
    ['a function that times out', () => Object.assign(new Error('RequestId: 1 Error: Task timed out after 60.00 seconds'), { name: 'Sandbox.Timedout' }), 'Lambda.FunctionTimedOut', 4],
    ['a function out of concurrency', () => Promise.reject(new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)), 'Lambda.InvokeLimitExceeded', 4],
    ['a function that answers wrongly', () => ({ records: 'none' }), 'Lambda.JsonProcessingException', 1],
  ])('%s', async (_name, handler, errorCode, attemptsMade) => {
    const there = await world(handler, { speed: 200 });
    await there.put('a');
    await there.firehose.drain();
    const [error] = (await linesOf(there, 'errors/')).map((line) => JSON.parse(line));
    expect(error).toMatchObject({ errorCode, attemptsMade, rawData: b64('a') });
    expect(there.invocations).toHaveLength(attemptsMade);
    expect(new Set(there.invocations.map((event) => event.records[0]?.recordId)).size).toBe(1);
    expect(there.firehose.counters).toMatchObject({ failed: 1, delivered: 0 });
  });

  test('a function that never answers is given up after five minutes, four times', async () => {
    const there = await world(() => new Promise(() => undefined), { speed: 20_000 });
    await there.put('a');
    await there.firehose.drain();
    expect(JSON.parse((await linesOf(there, 'errors/'))[0] ?? '')).toMatchObject({ errorCode: 'Lambda.FunctionTimedOut', attemptsMade: 4 });
  });

  test('a function that fails at first is invoked again', async () => {
    const there = await world((records, call) => (call < 3 ? new Error('not yet') : upper(records, call)), { speed: 200 });
    await there.put('a');
    await there.firehose.drain();
    expect([await linesOf(there), there.firehose.undelivered()]).toEqual([['A'], []]);
  });
});

describe('a stream that is split and merged', () => {
  test('is read completely, children after their parents', async () => {
    const there = await world(upper);
    const { kinesis } = there;
    const active = async (): Promise<void> => {
      while ((await kinesis.call('DescribeStreamSummary', { StreamName: 'events' })).StreamDescriptionSummary.StreamStatus !== 'ACTIVE') await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const putAll = (round: number): Promise<void> => there.put(...Array.from({ length: 20 }, (_, index) => `${round}-${index}`));
    const putSame = async (round: number): Promise<void> => void (await kinesis.call('PutRecord', { StreamName: 'events', PartitionKey: 'same', Data: b64(`same-${round}`) }));
    await putAll(1);
    await putSame(1);
    await kinesis.call('SplitShard', { StreamName: 'events', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: (2n ** 127n).toString() });
    await active();
    await putAll(2);
    await putSame(2);
    await kinesis.call('MergeShards', { StreamName: 'events', ShardToMerge: 'shardId-000000000001', AdjacentShardToMerge: 'shardId-000000000002' });
    await active();
    await putAll(3);
    await putSame(3);
    await there.firehose.drain();
    expect((await linesOf(there)).length).toBe(63);
    expect(new Set(await linesOf(there)).size).toBe(63);
    const received = there.invocations.flatMap((event) => event.records).map(({ data }) => text(data));
    expect(received.filter((data) => data.startsWith('same-'))).toEqual(['same-1', 'same-2', 'same-3']);
  });
});

describe('a restart with the same folder', () => {
  test('goes on behind what S3 has, and reads again what was only buffered', async () => {
    const dataDir = temporaryDir();
    const there = await world(upper, { dataDir });
    await there.put('a');
    await there.firehose.drain();
    await there.put('b');
    while (there.firehose.counters.recordsIn < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(there.firehose.idle()).toBe(false);
    await there.firehose.stop();
    const again = await there.restart();
    await there.put('c');
    await again.drain();
    expect(await linesOf(there)).toEqual(['A', 'B', 'C']);
    expect(again.counters.recordsIn).toBe(2);
  });

  test('reads a stream that was made again under the same name from its start, whatever was read of the old one', async () => {
    const dataDir = temporaryDir();
    const there = await world(upper, { dataDir });
    const { kinesis } = there;
    const isActive = async (): Promise<boolean> => (await kinesis.call('DescribeStreamSummary', { StreamName: 'events' })).StreamDescriptionSummary.StreamStatus === 'ACTIVE';
    const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    await there.put('old');
    await kinesis.call('SplitShard', { StreamName: 'events', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '170141183460469231731687303715884105728' });
    while (!(await isActive())) await moment();
    await there.put('in-a-child', 'or-the-other');
    await there.firehose.drain();
    await there.firehose.stop();
    await kinesis.call('DeleteStream', { StreamName: 'events' });
    while ((await kinesis.call('ListStreams', {})).StreamNames.length > 0) await moment();
    await kinesis.call('CreateStream', { StreamName: 'events', ShardCount: 3 });
    while (!(await isActive())) await moment();
    await there.put('a', 'b', 'c', 'd', 'e', 'f');
    const again = await there.restart();
    await again.drain();
    expect(await linesOf(there)).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'IN-A-CHILD', 'OLD', 'OR-THE-OTHER']);
    expect(again.counters.recordsIn).toBe(6);
  });

  test('keeps the ledger, cutting off a line that a kill tore', async () => {
    const dataDir = temporaryDir();
    const there = await world((records) => ({ records: records.map(({ recordId }) => ({ recordId, result: 'Dropped', data: b64('why') })) }), { dataDir });
    await there.put('a');
    await there.firehose.drain();
    await there.firehose.stop();
    appendFileSync(join(dataDir, 'ledger.ndjson'), '{"shardId":"shard');
    const again = await there.restart();
    await there.put('b');
    await again.drain();
    expect(again.undelivered().map(({ result, data }) => [result, data])).toEqual([['Dropped', 'why'], ['Dropped', 'why']]);
    expect(Object.keys(JSON.parse(readFileSync(join(dataDir, 'positions.json'), 'utf8')))).toEqual(['shardId-000000000000']);
  });
});

test('a delivery stream without a source stream, or with a prefix that cannot be evaluated, does not start', async () => {
  await expect(world(upper, { stream: { sourceStreamArn: undefined } })).rejects.toThrow('DeliveryStream: expected KinesisStreamSourceConfiguration');
  await expect(world(upper, { stream: { prefix: '!{partitionKeyFromLambda:user}/' } })).rejects.toThrow('expression !{partitionKeyFromLambda:user} is not supported');
});
