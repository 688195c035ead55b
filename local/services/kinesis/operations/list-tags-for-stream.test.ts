import { describe, expect, test } from '@jest/globals';
import { ListTagsForStreamCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('ListTagsForStream', () => {
  test('refuses a limit above 50 and an unknown stream', async () => {
    expect(await suite.refusal('ListTagsForStream', { StreamName: 's', Limit: 51 })).toEqual(violations("Value '51' at 'limit' failed: Member must have value less than or equal to 50"));
    expect(await suite.refusal('ListTagsForStream', { StreamName: 's' })).toEqual(streamNotFound('s'));
  });

  test('lists by key in pages', async () => {
    await activeStream(suite.service, 's');
    await suite.service.call('AddTagsToStream', { StreamName: 's', Tags: { c: '3', a: '1', b: '2' } });
    expect(await suite.client.send(new ListTagsForStreamCommand({ StreamName: 's', Limit: 2 }))).toMatchObject({ Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }], HasMoreTags: true });
    expect(await suite.client.send(new ListTagsForStreamCommand({ StreamName: 's', ExclusiveStartTagKey: 'b' }))).toMatchObject({ Tags: [{ Key: 'c' }], HasMoreTags: false });
  });
});
