import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fitResponse, type TransformedRecord } from './firehose-answers.ts';

it('leaves a response alone that has room', () => {
  const records = [answer('1', 100), answer('2', 100)];

  expect(fitResponse(records)).toEqual(records);
});

it('answers what finds no room as ProcessingFailed, and small records behind it as they are', () => {
  const fitted = fitResponse([answer('1', 400), answer('2', 4_000), answer('3', 400)], 1_500);

  expect(fitted.map(({ recordId, result }) => `${recordId} ${result}`)).toEqual(['1 Ok', '2 ProcessingFailed', '3 Ok']);
  expect(Buffer.from(fitted[1]?.data ?? '', 'base64').toString()).toBe('{"code":"response_too_large"}');
});

it('keeps the response below its limit with every record answered once, whatever the sizes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2_000), { maxLength: 60 }), (sizes) => {
      const records = sizes.map((size, index) => answer(`record ${index}`, size));
      const fitted = fitResponse(records, 12_000);
      expect(fitted.map(({ recordId }) => recordId)).toEqual(records.map(({ recordId }) => recordId));
      expect(Buffer.byteLength(JSON.stringify({ records: fitted }))).toBeLessThanOrEqual(12_000);
    }),
  );
});

function answer(recordId: string, dataLength: number): TransformedRecord {
  return { recordId, result: 'Ok', data: 'x'.repeat(dataLength) };
}
