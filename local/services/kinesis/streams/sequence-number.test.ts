import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { LAST_PLACE, parseSequenceNumber, sequenceNumber, shardPart } from './sequence-number.ts';

describe('sequence numbers', () => {
  test('have 56 digits in the layout of AWS', () => {
    // Second 0x65540000 of shard 1, first record, arrived one second later.
    const number = sequenceNumber(shardPart(0x65540000, 1), 1, 0x65540001);
    expect(number).toHaveLength(56);
    expect(BigInt(number).toString(16)).toBe('20655400001000000000000000100065540001000000012');
  });

  test('of AWS itself come apart', () => {
    // From AWS's documentation of PutRecord.
    expect(parseSequenceNumber('49543463076548007577105092703039560359975228518395019266')).toMatchObject({ shardIndex: 0 });
    expect(parseSequenceNumber('5')).toBeUndefined();
    expect(parseSequenceNumber('0')).toBeUndefined();
  });

  test('rise with the place in a shard whatever the arrival, and a child is above its parent', () => {
    const seconds = fc.integer({ min: 1_500_000_000, max: 4_000_000_000 });
    const index = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(seconds, index, index, fc.bigInt({ min: 0n, max: LAST_PLACE - 1n }), seconds, seconds, (created, parent, child, place, early, late) => {
        const one = sequenceNumber(shardPart(created, parent), place, late);
        const next = sequenceNumber(shardPart(created, parent), place + 1n, early);
        const inChild = sequenceNumber(shardPart(created + 1, child), 0, early);
        expect(BigInt(next) > BigInt(one)).toBe(true);
        expect(BigInt(inChild) > BigInt(sequenceNumber(shardPart(created, parent), LAST_PLACE, late))).toBe(true);
        expect(parseSequenceNumber(one)).toEqual({ shardCreatedSeconds: created, shardIndex: parent, place, arrivalSeconds: late });
      }),
    );
  });
});
