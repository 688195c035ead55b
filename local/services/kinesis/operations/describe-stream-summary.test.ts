import { describe, expect, test } from '@jest/globals';
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { activeStream } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, streamNotFound } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('DescribeStreamSummary', () => {
  test('refuses a stream that is not there', async () => {
    expect(await suite.refusal('DescribeStreamSummary', { StreamName: 'nope' })).toEqual(streamNotFound('nope'));
  });

  test('shows the stream with the number of its open shards and consumers', async () => {
    await activeStream(suite.service, 's', 2);
    const { StreamDescriptionSummary } = await suite.client.send(new DescribeStreamSummaryCommand({ StreamName: 's' }));
    expect(StreamDescriptionSummary).toMatchObject({ StreamStatus: 'ACTIVE', OpenShardCount: 2, ConsumerCount: 0, RetentionPeriodHours: 24, MaxRecordSizeInKiB: 1024 });
  });
});
