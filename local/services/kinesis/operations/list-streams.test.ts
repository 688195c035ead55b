import { describe, expect, test } from '@jest/globals';
import { ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('ListStreams', () => {
  test('refuses a limit of 0 and a token that is none', async () => {
    expect(await suite.refusal('ListStreams', { Limit: 0 })).toEqual(violations("Value '0' at 'limit' failed: Member must have value greater than or equal to 1"));
    expect(await suite.refusal('ListStreams', { NextToken: 'x' })).toEqual({ type: 'InvalidArgumentException', message: 'NextToken is invalid.' });
  });

  test('lists streams by name in pages, by token or by the last name', async () => {
    for (const name of ['b', 'a', 'c']) await activeStream(suite.service, name);
    const first = await suite.client.send(new ListStreamsCommand({ Limit: 2 }));
    expect(first).toMatchObject({ StreamNames: ['a', 'b'], HasMoreStreams: true });
    expect(first.StreamSummaries![0]).toMatchObject({ StreamName: 'a', StreamStatus: 'ACTIVE', StreamARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/a' });
    expect(await suite.client.send(new ListStreamsCommand({ NextToken: first.NextToken }))).toMatchObject({ StreamNames: ['c'], HasMoreStreams: false });
    expect((await suite.client.send(new ListStreamsCommand({ ExclusiveStartStreamName: 'a' }))).StreamNames).toEqual(['b', 'c']);
  });
});
