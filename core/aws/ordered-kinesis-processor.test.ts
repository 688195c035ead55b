import { describe, expect, it } from '@jest/globals';
import type { KinesisStreamRecord } from 'aws-lambda';
import { OrderedKinesisProcessor } from './ordered-kinesis-processor.ts';

const records = ['9', '10', '100', '99'].map((sequenceNumber) => ({ kinesis: { sequenceNumber } }) as KinesisStreamRecord);
const fine = async (): Promise<void> => undefined;
const failing = async (): Promise<void> => {
  throw new Error('transient');
};

describe('OrderedKinesisProcessor', () => {
  it.each([
    { name: 'nothing when all units succeed', units: [{ recordIndexes: [0, 1, 2, 3], run: fine }], reported: [] },
    { name: 'the lowest number, by value and not by text', units: [{ recordIndexes: [1, 2], run: failing }, { recordIndexes: [0, 3], run: fine }], reported: ['10'] },
    { name: 'a record of which one unit failed and another succeeded', units: [{ recordIndexes: [0, 1], run: fine }, { recordIndexes: [1, 2], run: failing }], reported: ['10'] },
    { name: 'the first record, and no error, when everything failed', units: [{ recordIndexes: [0, 1, 2, 3], run: failing }], reported: ['9'] },
    { name: 'nothing for records without work', units: [], reported: [] },
  ])('reports $name', async ({ units, reported }) => {
    expect(await new OrderedKinesisProcessor().processUnits(records, units, 2)).toEqual({ batchItemFailures: reported.map((itemIdentifier) => ({ itemIdentifier })) });
  });

  it('runs each unit once, however many records it has', async () => {
    let runs = 0;
    const run = async (): Promise<void> => void runs++;
    await new OrderedKinesisProcessor().processUnits(records, [{ recordIndexes: [0, 1, 2, 3], run }], 2);

    expect(runs).toBe(1);
  });

  it('waits for each of 100,000 units of one record, as of an aggregate of so many visitors', async () => {
    let runs = 0;
    const units = Array.from({ length: 100_000 }, (_, at) => ({ recordIndexes: [1], run: async () => (++runs, at === 99_999 ? failing() : undefined) }));

    expect(await new OrderedKinesisProcessor().processUnits(records, units, 16)).toEqual({ batchItemFailures: [{ itemIdentifier: '10' }] });
    expect(runs).toBe(100_000);
  });
});
