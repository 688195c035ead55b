import { describe, expect, test } from '@jest/globals';
import { activeStream, ARN_PREFIX } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('ListTagsForResource', () => {
  test('refuses no ARN and that of an unknown stream, and lists none of a new stream', async () => {
    expect(await suite.refusal('ListTagsForResource', {})).toEqual(violations("Value null at 'resourceARN' failed: Member must not be null"));
    expect(await suite.refusal('ListTagsForResource', { ResourceARN: `${ARN_PREFIX}nope` })).toEqual(streamNotFound('nope'));
    await activeStream(suite.service, 's');
    expect(await suite.service.call('ListTagsForResource', { ResourceARN: `${ARN_PREFIX}s` })).toEqual({ Tags: [] });
  });
});
