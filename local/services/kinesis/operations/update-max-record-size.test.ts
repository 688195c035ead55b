import { describe, expect, test } from '@jest/globals';
import { UpdateMaxRecordSizeCommand } from '@aws-sdk/client-kinesis';
import { activeStream, ARN_PREFIX, untilActive } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, violations } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite({ settings: { writeBytesPerSecond: Infinity } });
const StreamARN = `${ARN_PREFIX}s`;

describe('UpdateMaxRecordSize', () => {
  test('lets larger records in, up to 10 MiB', async () => {
    expect(await suite.refusal('UpdateMaxRecordSize', { StreamARN, MaxRecordSizeInKiB: 10_241 })).toEqual(violations("Value '10241' at 'maxRecordSizeInKiB' failed: Member must have value less than or equal to 10240"));
    await activeStream(suite.service, 's');
    const put = (bytes: number): Promise<object> => suite.service.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: Buffer.alloc(bytes).toString('base64') });
    await expect(put(2_000_000)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    await suite.client.send(new UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 10_240 }));
    await untilActive(suite.service, 's');
    await put(10_485_759);
    await expect(put(10_485_760)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });
});
