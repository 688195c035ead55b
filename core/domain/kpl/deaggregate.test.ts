import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { deaggregate } from './deaggregate.ts';

/** Made by awslabs' Python aggregator (PyPI aws_kinesis_agg 1.2.3, protobuf 7.36.2) of the four records below. */
const AGGREGATE = Buffer.from(
  'f3899ac20a05616c6963650a0234320a047a6fc3ab12273137303134313138333436303436393233313733313638373330333731353838343130353732381a' +
    '0b08001a077b226e223a317d1a0d080110001a077b226e223a327d1a0b08001a077b226e223a337d1a0e08021a0a7b226e223a22c3bc227d' +
    '8c5b3ef62a41cc417e4f647084445296',
  'hex',
);

describe('deaggregate', () => {
  it('gives the records of an aggregate that another implementation made, in their order', () => {
    expect(deaggregate('a', AGGREGATE).map((record) => ({ ...record, data: Buffer.from(record.data).toString() }))).toEqual([
      { partitionKey: 'alice', explicitHashKey: undefined, data: '{"n":1}', subSequenceNumber: 0, aggregated: true },
      { partitionKey: '42', explicitHashKey: '170141183460469231731687303715884105728', data: '{"n":2}', subSequenceNumber: 1, aggregated: true },
      { partitionKey: 'alice', explicitHashKey: undefined, data: '{"n":3}', subSequenceNumber: 2, aggregated: true },
      { partitionKey: 'zoë', explicitHashKey: undefined, data: '{"n":"ü"}', subSequenceNumber: 3, aggregated: true },
    ]);
  });

  it.each([
    { name: 'JSON', data: Buffer.from('{"n":1}') },
    { name: 'nothing', data: Buffer.alloc(0) },
    { name: 'the magic and 16 bytes', data: AGGREGATE.subarray(0, 20) },
    { name: 'an aggregate whose checksum is wrong', data: flipped(AGGREGATE, AGGREGATE.length - 1) },
    { name: 'an aggregate whose content was changed', data: flipped(AGGREGATE, 60) },
    { name: 'a message that is no protobuf, with its right checksum', data: sealed(Buffer.from([0x1a, 0x7f, 0x00])) },
    { name: 'a record that refers beyond the table of keys', data: sealed(Buffer.from([0x1a, 0x05, 0x08, 0x01, 0x1a, 0x01, 0x41])) },
    { name: 'a record without data', data: sealed(Buffer.from([0x0a, 0x01, 0x6b, 0x1a, 0x02, 0x08, 0x00])) },
    { name: 'a varint that does not end', data: sealed(Buffer.alloc(20, 0xff)) },
  ])('takes $name for a plain record', ({ data }) => {
    expect(deaggregate('key', data)).toEqual([{ partitionKey: 'key', explicitHashKey: undefined, data, subSequenceNumber: 0, aggregated: false }]);
  });

  it('reads keys that come behind the record, and skips tags and fields that it does not know', () => {
    const record = Buffer.from([0x08, 0x00, 0x1a, 0x01, 0x41, 0x22, 0x03, 0x0a, 0x01, 0x74]);
    const message = Buffer.concat([Buffer.from([0x1a, record.length]), record, Buffer.from([0x0a, 0x01, 0x6b, 0x25, 1, 2, 3, 4, 0x29, 1, 2, 3, 4, 5, 6, 7, 8])]);

    expect(deaggregate('a', sealed(message))).toMatchObject([{ partitionKey: 'k', subSequenceNumber: 0, aggregated: true }]);
  });

  it('never throws, whatever bytes are sealed', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => expect(deaggregate('k', sealed(Buffer.from(bytes)))).toBeInstanceOf(Array)), { numRuns: 1_000 });
  });
});

/** Magic and right checksum around a message. */
function sealed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, createHash('md5').update(message).digest()]);
}

function flipped(data: Buffer, at: number): Buffer {
  const copy = Buffer.from(data);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
