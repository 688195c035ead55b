import { describe, expect, test } from '@jest/globals';
import { AddTagsToStreamCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('AddTagsToStream', () => {
  test.each([
    [{ StreamName: 's' }, violations("Value null at 'tags' failed: Member must not be null")],
    [{ StreamName: 's', Tags: {} }, violations("Value '{}' at 'tags' failed: Member must have length greater than or equal to 1")],
    [
      { StreamName: 's', Tags: { ['k'.repeat(129)]: '' } },
      violations(`Value '{${'k'.repeat(129)}=}' at 'tags' failed: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]`),
    ],
    [{ StreamName: 's', Tags: { a: 5 } }, { type: 'SerializationException', message: 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String' }],
    [{ StreamName: 's', Tags: 'x' }, { type: 'SerializationException', message: 'Expected map or null' }],
    [{ StreamName: 'nope', Tags: { a: '' } }, streamNotFound('nope')],
    [{ StreamName: 's', Tags: { ';': '' } }, { type: 'InvalidArgumentException', message: 'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @ :.' }],
  ])('refuses %j', async (input, refusal) => {
    await suite.service.call('CreateStream', { StreamName: 's', ShardCount: 1 }).catch(() => undefined);
    expect(await suite.refusal('AddTagsToStream', input)).toEqual(refusal);
  });

  test('adds and replaces, up to fifty', async () => {
    await activeStream(suite.service, 'tagged');
    await suite.client.send(new AddTagsToStreamCommand({ StreamName: 'tagged', Tags: { a: '1', 'ü _./=+-@:': '2' } }));
    await suite.client.send(new AddTagsToStreamCommand({ StreamName: 'tagged', Tags: { a: '3' } }));
    expect((await suite.service.call('ListTagsForStream', { StreamName: 'tagged' })).Tags).toEqual([{ Key: 'a', Value: '3' }, { Key: 'ü _./=+-@:', Value: '2' }]);
    const many = (count: number): Record<string, string> => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, '']));
    expect(await suite.refusal('AddTagsToStream', { StreamName: 'tagged', Tags: many(49) })).toMatchObject({ type: 'InvalidArgumentException' });
    await suite.service.call('AddTagsToStream', { StreamName: 'tagged', Tags: many(48) });
  });
});
