import { describe, expect, test } from '@jest/globals';

import { NO_FAULTS, seededFaults } from '../../faults.ts';
import { b64, linesOf, region, stream, upper, world } from './firehose.fixture.ts';

describe('delivery', () => {
  test("records become one gzip object, named as Firehose does, of what the function returned", async () => {
    const { put, firehose, objects } = await world(upper);
    await put('a', 'b');
    await firehose.drain();
    expect(await objects()).toEqual([
      { key: expect.stringMatching(/^events\/year=\d{4}\/clicks-1-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9a-f-]{36}\.gz$/), body: 'A\nB\n' },
    ]);
    expect(firehose.counters).toEqual({ recordsIn: 2, bytesIn: 2, delivered: 2, dropped: 0, processingFailed: 0, failed: 0, objects: 1, errorObjects: 0 });
    expect([firehose.idle(), firehose.freshnessMs()]).toEqual([true, 0]);
  });

  test("the function's event is as Firehose sends it", async () => {
    const { put, firehose, invocations } = await world(upper);
    await put('a');
    await firehose.drain();
    const sequenceNumber = expect.stringMatching(/^\d{50,}$/);
    const arrival = expect.any(Number);
    expect(invocations).toEqual([
      {
        invocationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sourceKinesisStreamArn: stream.sourceStreamArn,
        deliveryStreamArn: stream.arn,
        region,
        records: [
          {
            recordId: expect.stringMatching(/^\d{70,}$/),
            approximateArrivalTimestamp: arrival,
            data: 'YQ==',
            kinesisRecordMetadata: { sequenceNumber, subsequenceNumber: 0, partitionKey: 'key-a', shardId: 'shardId-000000000000', approximateArrivalTimestamp: arrival },
          },
        ],
      },
    ]);
  });

  test('buffers are delivered by their age without anyone asking', async () => {
    const there = await world(upper, { speed: 500 });
    await there.put('a');
    while ((await linesOf(there)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await linesOf(there)).toEqual(['A']);
  });

  test('a full buffer is delivered at once, and draining empties what is larger than all buffers', async () => {
    const there = await world((records) => ({ records: records.map(({ recordId, data }) => ({ recordId, result: 'Ok', data })) }), { stream: { bufferSizeMb: 1, compression: 'UNCOMPRESSED' }, speed: 500 });
    const large = 'x'.repeat(700_000);
    for (let index = 0; index < 40; index++) {
      let failed = 1;
      while (failed > 0) failed = (await there.kinesis.call('PutRecords', { StreamName: 'events', Records: [{ Data: b64(large), PartitionKey: 'k' }] })).FailedRecordCount;
    }
    await there.firehose.drain();
    expect(there.firehose.counters).toMatchObject({ recordsIn: 40, delivered: 40, objects: 40 });
  });

  test('without a transform the records themselves are delivered', async () => {
    const { put, firehose, objects, invocations } = await world(upper, { stream: { transform: undefined, compression: 'UNCOMPRESSED' } });
    await put('a', 'b');
    await firehose.drain();
    expect([(await objects())[0]?.body, invocations]).toEqual(['ab', []]);
  });

  test('S3 that refuses and loses answers gets each object once', async () => {
    const there = await world(upper, { storageFaults: seededFaults(7, { ...NO_FAULTS, throttle: 0.5, lostResponse: 0.5 }), speed: 500 });
    await there.put('a', 'b');
    await there.firehose.drain();
    expect(await linesOf(there)).toEqual(['A', 'B']);
    expect(there.firehose.counters).toMatchObject({ delivered: 2, objects: 1 });
  });

  test('a batch may be delivered twice', async () => {
    const there = await world(upper, { faults: seededFaults(1, { ...NO_FAULTS, duplicate: 1 }) });
    await there.put('a');
    await there.firehose.drain();
    expect(await linesOf(there)).toEqual(['A', 'A']);
  });
});
