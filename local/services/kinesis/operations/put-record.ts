import type { StreamReference } from '../account.ts';
import { admit, checkRecordSize, payloadBytes, shardOf } from '../streams/placement.ts';
import type { Entry } from '../streams/placement.ts';
import { invalidArgument, shardRateExceeded } from '../streams/refusals.ts';
import { parseSequenceNumber } from '../streams/sequence-number.ts';
import { DATA, HASH_KEY, PARTITION_KEY, SEQUENCE_NUMBER, STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

/**
 * Puts one record and answers when it is stored. Numbers of a shard rise strictly in the order of the puts,
 * so a record always comes after the one that SequenceNumberForOrdering names.
 */
export const putRecord = operation<StreamReference & Entry & { SequenceNumberForOrdering?: string }>({
  data: true,
  input: {
    Data: DATA,
    ExplicitHashKey: HASH_KEY,
    PartitionKey: PARTITION_KEY,
    SequenceNumberForOrdering: SEQUENCE_NUMBER,
    ...STREAM,
  },
  async run({ account }, input) {
    const stream = account.findReadable(input);
    const { state } = stream;
    const ordering = input.SequenceNumberForOrdering;
    if (ordering !== undefined && ordering !== null) checkOrdering(ordering, state.name, account.accountId, account.clock.now());
    const shard = shardOf(stream, input);
    const bytes = payloadBytes(input);
    checkRecordSize(stream, bytes);
    if (!admit(account, shard, bytes)) throw shardRateExceeded(shard.id, state.name, account.accountId);
    const encrypted = state.encryption.type === 'KMS';
    const { sequenceNumber, arrivalMs } = shard.append(input.PartitionKey, input.Data, encrypted);
    await account.journal.durable([shard]);
    for (const listener of account.appendListeners) {
      listener(state.name, shard.id, [{ sequenceNumber, partitionKey: input.PartitionKey, data: input.Data, arrivalMs }]);
    }
    return { ShardId: shard.id, SequenceNumber: sequenceNumber, ...(encrypted && { EncryptionType: 'KMS' }) };
  },
});

function checkOrdering(sequenceNumber: string, streamName: string, accountId: string, nowMs: number): void {
  const parts = parseSequenceNumber(sequenceNumber);
  if (!parts || parts.arrivalSeconds * 1000 > nowMs) {
    throw invalidArgument(
      `ExclusiveMinimumSequenceNumber ${sequenceNumber} used in PutRecord on stream ${streamName} under account ${accountId} is invalid.`,
    );
  }
}
