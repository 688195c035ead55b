import { describe, expect, test } from '@jest/globals';
import { UntagResourceCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();
const ResourceARN = `${ARN_PREFIX}s`;

describe('UntagResource', () => {
  test('takes tags away', async () => {
    expect(await suite.refusal('UntagResource', { ResourceARN })).toEqual(violations("Value null at 'tagKeys' failed: Member must not be null"));
    await activeStream(suite.service, 's');
    await suite.service.call('TagResource', { ResourceARN, Tags: { a: '1', b: '2' } });
    await suite.client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
    expect((await suite.service.call('ListTagsForStream', { StreamName: 's' })).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });
});
