import { describe, expect, test } from '@jest/globals';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, NAME_PATTERN_VIOLATED, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite({ settings: { writeRecordsPerSecond: Infinity, writeBytesPerSecond: Infinity } });
const ENTRY = { PartitionKey: 'a', Data: '' };
const SHOWN = 'com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310';

describe('PutRecords', () => {
  test.each([
    ['no records', { StreamName: 's' }, violations("Value null at 'records' failed: Member must not be null")],
    [
      'empty members', { StreamName: '', Records: [] },
      violations(
        "Value '[]' at 'records' failed: Member must have length greater than or equal to 1",
        `Value '' at 'streamName' failed: ${NAME_PATTERN_VIOLATED}`,
        "Value '' at 'streamName' failed: Member must have length greater than or equal to 1",
      ),
    ],
    ['501 records', { StreamName: 's', Records: Array(501).fill(ENTRY) }, violations(`Value '[${Array(501).fill(SHOWN).join(', ')}]' at 'records' failed: Member must have length less than or equal to 500`)],
    [
      'a bad entry', { StreamName: 's', Records: [ENTRY, { PartitionKey: '' }] },
      violations(
        "Value '' at 'records.2.member.partitionKey' failed: Member must have length greater than or equal to 1",
        "Value null at 'records.2.member.data' failed: Member must not be null",
      ),
    ],
    ['a string for a list', { StreamName: 's', Records: 'x' }, { type: 'SerializationException', message: 'Expected list or null' }],
    ['a string for an entry', { StreamName: 's', Records: ['x'] }, { type: 'SerializationException', message: 'Expected null' }],
    ['an unknown stream', { StreamName: 'nope', Records: [ENTRY] }, streamNotFound('nope')],
  ])('refuses %s', async (_, input, refusal) => {
    expect(await suite.refusal('PutRecords', input)).toEqual(refusal);
  });

  test('lists at most ten violations', async () => {
    const { message } = await suite.refusal('PutRecords', { StreamName: 's', Records: Array(20).fill({ PartitionKey: '', Data: '' }) });
    expect(message).toMatch(/^10 validation errors detected: /);
  });

  test('puts 500 records and answers in the order of the request', async () => {
    await activeStream(suite.service, 's', 2);
    const Records = Array.from({ length: 500 }, (_, index) => ({ PartitionKey: `key-${index}`, ExplicitHashKey: index % 2 === 0 ? '0' : String(1n << 127n), Data: Buffer.from(String(index)) }));
    const answer = await suite.client.send(new PutRecordsCommand({ StreamName: 's', Records }));
    expect(answer.FailedRecordCount).toBe(0);
    expect(answer.Records!.map(({ ShardId }) => ShardId)).toEqual(Records.map((_, index) => `shardId-00000000000${index % 2}`));
    const ofFirst = answer.Records!.filter((_, index) => index % 2 === 0).map(({ SequenceNumber }) => BigInt(SequenceNumber!));
    expect(ofFirst.every((number, index) => index === 0 || number > ofFirst[index - 1]!)).toBe(true);
  });

  test('takes 10 MiB of data and keys in a request, and not one byte more', async () => {
    await activeStream(suite.service, 'sized');
    const put = (bytes: number): Promise<object> => {
      const sizes = [...Array(10).fill(1_000_000), bytes - 10_000_011 ];
      return suite.service.call('PutRecords', { StreamName: 'sized', Records: sizes.map((size) => ({ PartitionKey: 'k', Data: Buffer.alloc(size).toString('base64') })) });
    };
    await put(10_485_760);
    await expect(put(10_485_761)).rejects.toMatchObject({ name: 'InvalidArgumentException', message: 'Records size exceeds 10 MB limit' });
  });

  test('stores nothing of a request with a record that is too large', async () => {
    await activeStream(suite.service, 'whole');
    const large = { PartitionKey: 'k', Data: Buffer.alloc(1_048_576).toString('base64') };
    await expect(suite.service.call('PutRecords', { StreamName: 'whole', Records: [ENTRY, large] })).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    expect(suite.service.metrics().filter(({ streamName }) => streamName === 'whole')).toEqual([]);
  });
});
