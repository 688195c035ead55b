import { describe, expect, test } from '@jest/globals';
import { RemoveTagsFromStreamCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('RemoveTagsFromStream', () => {
  test('refuses no keys and keys that are too long', async () => {
    expect(await suite.refusal('RemoveTagsFromStream', { StreamName: 's', TagKeys: [] })).toEqual(violations("Value '[]' at 'tagKeys' failed: Member must have length greater than or equal to 1"));
    expect(await suite.refusal('RemoveTagsFromStream', { StreamName: 's', TagKeys: [''] })).toEqual(
      violations("Value '[]' at 'tagKeys' failed: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"),
    );
  });

  test('takes tags away, and does not mind keys that are not there', async () => {
    await activeStream(suite.service, 's');
    await suite.service.call('AddTagsToStream', { StreamName: 's', Tags: { a: '1', b: '2' } });
    await suite.client.send(new RemoveTagsFromStreamCommand({ StreamName: 's', TagKeys: ['a', 'x'] }));
    expect((await suite.service.call('ListTagsForStream', { StreamName: 's' })).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });
});
