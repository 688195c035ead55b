import { describe, expect, test } from '@jest/globals';
import { PutRecordCommand, StartStreamEncryptionCommand } from '@aws-sdk/client-kinesis';
import { activeStream, readShard, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('StartStreamEncryption', () => {
  test('refuses a request without key', async () => {
    expect(await suite.refusal('StartStreamEncryption', { StreamName: 's', EncryptionType: 'X' })).toEqual(
      violations("Value 'X' at 'encryptionType' failed: Member must satisfy enum value set: [KMS, NONE]", "Value null at 'keyId' failed: Member must not be null"),
    );
  });

  test('marks the records that follow, and them alone', async () => {
    await activeStream(suite.service, 's');
    const put = () => suite.client.send(new PutRecordCommand({ StreamName: 's', PartitionKey: 'k', Data: Buffer.from('x') }));
    expect((await put()).EncryptionType).toBeUndefined();
    await suite.client.send(new StartStreamEncryptionCommand({ StreamName: 's', EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }));
    await untilActive(suite.service, 's');
    expect((await put()).EncryptionType).toBe('KMS');
    expect((await suite.service.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary).toMatchObject({ EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
    expect(await readShard(suite.service, 's', 'shardId-000000000000')).toEqual([expect.not.objectContaining({ EncryptionType: 'KMS' }), expect.objectContaining({ EncryptionType: 'KMS' })]);
  });
});
