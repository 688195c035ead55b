import { describe, expect, test } from '@jest/globals';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite({ settings: { writeBytesPerSecond: Infinity } });
const REQUEST = { StreamName: 's', PartitionKey: 'k', Data: '' };
const NOT_BASE64 = (text: string, why: string): object => ({ type: 'SerializationException', message: `'${text}' can not be converted to a Blob: ${why}` });

describe('PutRecord', () => {
  test.each([
    [{ StreamName: 's' }, violations("Value null at 'data' failed: Member must not be null", "Value null at 'partitionKey' failed: Member must not be null")],
    [{ ...REQUEST, PartitionKey: '' }, violations("Value '' at 'partitionKey' failed: Member must have length greater than or equal to 1")],
    [{ ...REQUEST, PartitionKey: 'a'.repeat(257) }, violations(`Value '${'a'.repeat(257)}' at 'partitionKey' failed: Member must have length less than or equal to 256`)],
    [{ ...REQUEST, ExplicitHashKey: '01' }, violations("Value '01' at 'explicitHashKey' failed: Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})")],
    [{ ...REQUEST, StreamName: 'nope' }, streamNotFound('nope')],
    [{ ...REQUEST, Data: '23456' }, NOT_BASE64('23456', 'Base64 encoded length is expected a multiple of 4 bytes but found: 5')],
    [{ ...REQUEST, Data: '=+/=' }, NOT_BASE64('=+/=', "Invalid Base64 character: '='")],
    [{ ...REQUEST, Data: '+/+=' }, NOT_BASE64('+/+=', 'Invalid last non-pad Base64 character dectected')],
    [{ ...REQUEST, Data: 5 }, { type: 'SerializationException', message: 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to a Blob' }],
  ])('refuses %j', async (input, refusal) => {
    await suite.service.call('CreateStream', { StreamName: 's', ShardCount: 4 }).catch(() => undefined);
    expect(await suite.refusal('PutRecord', input)).toEqual(refusal);
  });

  test('puts by the MD5 of the key, or by the explicit hash key', async () => {
    await activeStream(suite.service, 'four', 4);
    const shardOf = async (input: object): Promise<string> => (await suite.service.call('PutRecord', { StreamName: 'four', PartitionKey: 'x', Data: '', ...input })).ShardId.slice(-1);
    // md5: a 0cc1…, b 92eb…, c 4a8a…, ü c03c… (of its UTF-8).
    expect(await Promise.all(['a', 'b', 'c', 'ü'].map((PartitionKey) => shardOf({ PartitionKey })))).toEqual(['0', '2', '1', '3']);
    const last = (1n << 128n) - 1n;
    expect(await Promise.all([0n, (1n << 126n) - 1n, 1n << 126n, last].map((key) => shardOf({ ExplicitHashKey: String(key) })))).toEqual(['0', '0', '1', '3']);
    expect(await suite.refusal('PutRecord', { ...REQUEST, StreamName: 'four', ExplicitHashKey: String(last + 1n) })).toEqual({
      type: 'InvalidArgumentException',
      message: 'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was 340282366920938463463374607431768211456',
    });
  });

  test('gives 56-digit numbers that rise, above the one for ordering', async () => {
    await activeStream(suite.service, 'ordered');
    const put = (SequenceNumberForOrdering?: string) => suite.client.send(new PutRecordCommand({ StreamName: 'ordered', PartitionKey: 'k', Data: Buffer.from('x'), SequenceNumberForOrdering }));
    const first = await put();
    const second = await put(first.SequenceNumber);
    expect(first.SequenceNumber).toMatch(/^\d{56}$/);
    expect(BigInt(second.SequenceNumber!) > BigInt(first.SequenceNumber!)).toBe(true);
    expect(await suite.refusal('PutRecord', { ...REQUEST, StreamName: 'ordered', SequenceNumberForOrdering: '5' })).toMatchObject({ type: 'InvalidArgumentException' });
  });

  test('takes 1 MiB of data and key, and not one byte more', async () => {
    await activeStream(suite.service, 'sized');
    const put = (bytes: number): Promise<object> => suite.service.call('PutRecord', { StreamName: 'sized', PartitionKey: 'kk', Data: Buffer.alloc(bytes).toString('base64') });
    await put(1_048_574);
    await expect(put(1_048_575)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });
});
