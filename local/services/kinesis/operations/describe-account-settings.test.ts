import { describe, expect, test } from '@jest/globals';
import { DescribeAccountSettingsCommand } from '@aws-sdk/client-kinesis';
import { kinesisSuite } from '../../../../tests/support/kinesis-suite.ts';

const suite = kinesisSuite();

describe('DescribeAccountSettings', () => {
  test('shows an account without a billing commitment', async () => {
    expect((await suite.client.send(new DescribeAccountSettingsCommand())).MinimumThroughputBillingCommitment).toEqual({ Status: 'DISABLED' });
  });
});
