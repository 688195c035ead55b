import { describe, expect, test } from '@jest/globals';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import type { GetShardIteratorCommandInput } from '@aws-sdk/client-kinesis';
import { activeStream, manualClock } from '../../../../tests/support/kinesis-service.ts';
import { kinesisSuite, NAME_PATTERN_VIOLATED, violations } from '../../../../tests/support/kinesis-suite.ts';

const clock = manualClock();
const suite = kinesisSuite({ clock, settings: { readCallsPerSecond: Infinity } });
const SHARD = 'shardId-000000000000';
const COMBINATION = (specified: string): object => ({
  type: 'InvalidArgumentException',
  message:
    'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
    `Request specified ${specified} StartingSequenceNumber.`,
});

describe('GetShardIterator', () => {
  test.each([
    [{ StreamName: 's' }, violations("Value null at 'shardId' failed: Member must not be null", "Value null at 'shardIteratorType' failed: Member must not be null")],
    [
      { StreamName: 's', ShardId: '', ShardIteratorType: '', StartingSequenceNumber: '' },
      violations(
        `Value '' at 'shardId' failed: ${NAME_PATTERN_VIOLATED}`,
        "Value '' at 'shardId' failed: Member must have length greater than or equal to 1",
        "Value '' at 'shardIteratorType' failed: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]",
        "Value '' at 'startingSequenceNumber' failed: Member must satisfy regular expression pattern: 0|([1-9]\\d{0,128})",
      ),
    ],
    [{ StreamName: 'nope', ShardId: 'x-2147483647', ShardIteratorType: 'LATEST' }, { type: 'ResourceNotFoundException', message: 'Shard shardId-002147483647 in stream nope under account 123456789012 does not exist' }],
    [{ StreamName: 'nope', ShardId: '2147483648', ShardIteratorType: 'LATEST' }, { type: 'ResourceNotFoundException', message: 'Could not find shard 2147483648 in stream nope under account 123456789012.' }],
    [{ StreamName: 's', ShardId: 'shardId-5', ShardIteratorType: 'LATEST' }, { type: 'ResourceNotFoundException', message: 'Shard shardId-000000000005 in stream s under account 123456789012 does not exist' }],
    [{ StreamName: 's', ShardId: SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER' }, COMBINATION('AT_SEQUENCE_NUMBER and no')],
    [{ StreamName: 's', ShardId: SHARD, ShardIteratorType: 'LATEST', StartingSequenceNumber: '5' }, COMBINATION('LATEST and also a')],
    [{ StreamName: 's', ShardId: SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '5' }, { type: 'InvalidArgumentException', message: 'StartingSequenceNumber 5 used in GetShardIterator on shard shardId-000000000000 in stream s under account 123456789012 is invalid.' }],
    [{ StreamName: 's', ShardId: SHARD, ShardIteratorType: 'AT_TIMESTAMP' }, { type: 'InvalidArgumentException', message: 'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.' }],
  ])('refuses %j', async (input, refusal) => {
    await suite.service.call('CreateStream', { StreamName: 's', ShardCount: 2 }).catch(() => undefined);
    await clock.advance(0);
    expect(await suite.refusal('GetShardIterator', input)).toEqual(refusal);
  });

  test('refuses numbers of another shard and of a stream that was made before', async () => {
    await activeStream(suite.service, 'other', 2);
    const { Shards } = await suite.service.call('ListShards', { StreamName: 'other' });
    const at = (ShardId: string, StartingSequenceNumber: string) => suite.refusal('GetShardIterator', { StreamName: 'other', ShardId, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber });
    const first = Shards[0].SequenceNumberRange.StartingSequenceNumber;
    expect(await at('shardId-000000000001', first)).toEqual({
      type: 'InvalidArgumentException', message: 'Invalid StartingSequenceNumber. It encodes shardId-000000000000, while it was used in a call to a shard with shardId-000000000001',
    });
    const earlier = String(BigInt(first) - (1n << 148n));
    expect((await at(SHARD, earlier)).message).toBe(
      `StartingSequenceNumber ${earlier} used in GetShardIterator on shard shardId-000000000000 in stream other under account 123456789012 is invalid because it did not come from this stream.`,
    );
  });

  test('gives a position of each of the five kinds', async () => {
    await activeStream(suite.service, 'read');
    const numbers: string[] = [];
    for (const data of ['one', 'two', 'three']) {
      numbers.push((await suite.service.call('PutRecord', { StreamName: 'read', PartitionKey: 'k', Data: Buffer.from(data).toString('base64') })).SequenceNumber);
      await clock.advance(1000);
    }
    const readFrom = async (input: Partial<GetShardIteratorCommandInput>): Promise<string[]> => {
      const { ShardIterator } = await suite.client.send(new GetShardIteratorCommand({ StreamName: 'read', ShardId: SHARD, ShardIteratorType: undefined, ...input }));
      return (await suite.client.send(new GetRecordsCommand({ ShardIterator }))).Records!.map(({ Data }) => Buffer.from(Data!).toString());
    };
    const second = clock.now() - 2000;
    expect(await readFrom({ ShardIteratorType: 'TRIM_HORIZON' })).toEqual(['one', 'two', 'three']);
    expect(await readFrom({ ShardIteratorType: 'LATEST' })).toEqual([]);
    expect(await readFrom({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[1] })).toEqual(['two', 'three']);
    expect(await readFrom({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[1] })).toEqual(['three']);
    expect(await readFrom({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(second) })).toEqual(['two', 'three']);
    expect(await readFrom({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(second + 1) })).toEqual(['three']);
    expect(await readFrom({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(0) })).toEqual(['one', 'two', 'three']);
    await expect(readFrom({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(clock.now() + 1000) })).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });
});
