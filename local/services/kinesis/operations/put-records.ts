import type { Account, AppendedRecord, StreamReference } from '../account.ts';
import { admit, checkRecordSize, payloadBytes, shardOf } from '../streams/placement.ts';
import type { Entry } from '../streams/placement.ts';
import { invalidArgument, shardRateMessage } from '../streams/refusals.ts';
import type { Shard } from '../streams/shard.ts';
import { DATA, HASH_KEY, PARTITION_KEY, STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** All data and keys of a request. */
export const MAX_REQUEST_RECORD_BYTES = 10_485_760;

type Result = { SequenceNumber: string; ShardId: string } | { ErrorCode: string; ErrorMessage: string };

/**
 * Puts up to 500 records, each refused or stored by itself; answers, in the order of the request,
 * when the accepted ones are stored. What is wrong with the request, a record's size included, refuses all of it.
 */
export const putRecords = operation<StreamReference & { Records: Entry[] }>({
  data: true,
  input: {
    Records: {
      type: 'List', required: true, min: 1, max: 500, shownAs: 'com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310',
      of: { type: 'Structure', members: { PartitionKey: PARTITION_KEY, Data: DATA, ExplicitHashKey: HASH_KEY } },
    },
    ...STREAM,
  },
  async run({ account }, input) {
    const stream = account.findReadable(input);
    const { state } = stream;
    const encrypted = state.encryption.type === 'KMS';
    let totalBytes = 0;
    const placed = input.Records.map((entry) => {
      const bytes = payloadBytes(entry);
      checkRecordSize(stream, bytes);
      totalBytes += bytes;
      return { entry, bytes, shard: shardOf(stream, entry) };
    });
    if (totalBytes > MAX_REQUEST_RECORD_BYTES) throw invalidArgument('Records size exceeds 10 MB limit');

    const appended = new Map<Shard, AppendedRecord[]>();
    let failed = 0;
    const results = placed.map(({ entry, bytes, shard }): Result => {
      if (!admit(account, shard, bytes)) {
        failed++;
        return {
          ErrorCode: 'ProvisionedThroughputExceededException',
          ErrorMessage: shardRateMessage(shard.id, state.name, account.accountId),
        };
      }
      const { sequenceNumber, arrivalMs } = shard.append(entry.PartitionKey, entry.Data, encrypted);
      const record = { sequenceNumber, partitionKey: entry.PartitionKey, data: entry.Data, arrivalMs };
      const ofShard = appended.get(shard);
      if (ofShard) ofShard.push(record);
      else appended.set(shard, [record]);
      return { SequenceNumber: sequenceNumber, ShardId: shard.id };
    });
    await account.journal.durable(appended.keys());
    tell(account, state.name, appended);
    return { FailedRecordCount: failed, Records: results, ...(encrypted && { EncryptionType: 'KMS' }) };
  },
});

function tell(account: Account, streamName: string, appended: Map<Shard, AppendedRecord[]>): void {
  for (const listener of account.appendListeners) {
    for (const [shard, records] of appended) listener(streamName, shard.id, records);
  }
}
