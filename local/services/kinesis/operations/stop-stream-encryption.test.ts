import { describe, expect, test } from '@jest/globals';
import { StopStreamEncryptionCommand } from '@aws-sdk/client-kinesis';
import { activeStream, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();
const KEY = { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' } as const;

describe('StopStreamEncryption', () => {
  test('leaves the stream without encryption', async () => {
    expect(await suite.refusal('StopStreamEncryption', { StreamName: 's', ...KEY })).toEqual(streamNotFound('s'));
    await activeStream(suite.service, 's');
    await suite.service.call('StartStreamEncryption', { StreamName: 's', ...KEY });
    await untilActive(suite.service, 's');
    await suite.client.send(new StopStreamEncryptionCommand({ StreamName: 's', ...KEY }));
    const { StreamDescriptionSummary } = await suite.service.call('DescribeStreamSummary', { StreamName: 's' });
    expect([StreamDescriptionSummary.EncryptionType, StreamDescriptionSummary.KeyId]).toEqual(['NONE', undefined]);
  });
});
