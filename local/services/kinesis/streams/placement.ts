import type { Account } from '../account.ts';
import { hashKeyOf, hexOf, MAX_HASH_KEY } from './hash-keys.ts';
import { invalidArgument } from './refusals.ts';
import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';

/** A record on its way into a stream. */
export interface Entry {
  /** Base64. */
  Data: string;
  PartitionKey: string;
  ExplicitHashKey?: string | undefined;
}

/** The open shard that takes an entry, by its explicit hash key or the MD5 of its partition key. */
export function shardOf(stream: Stream, { PartitionKey, ExplicitHashKey }: Entry): Shard {
  if (ExplicitHashKey === undefined || ExplicitHashKey === null) return stream.shardFor(hashKeyOf(PartitionKey));
  const hashKey = BigInt(ExplicitHashKey);
  if (hashKey > MAX_HASH_KEY) {
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${ExplicitHashKey}`,
    );
  }
  return stream.shardFor(hexOf(hashKey));
}

/** Bytes that limits count: the data before base64 and the key in UTF-8. */
export function payloadBytes({ Data, PartitionKey }: Entry): number {
  return Buffer.byteLength(Data, 'base64') + Buffer.byteLength(PartitionKey);
}

const BYTES_PER_KIB = 1024;

/** Throws InvalidArgumentException when a record of so many bytes is larger than its stream takes. */
export function checkRecordSize(stream: Stream, bytes: number): void {
  const limitBytes = stream.state.maxRecordSizeKiB * BYTES_PER_KIB;
  if (bytes > limitBytes) {
    throw invalidArgument(`Record size ${bytes} bytes exceeds the maximum record size of ${limitBytes} bytes of stream ${stream.state.name}.`);
  }
}

/** Whether the shard's limits and the injected faults let a record of so many bytes in; the refusal is counted. */
export function admit(account: Account, shard: Shard, bytes: number): boolean {
  const struck = account.faults.strikes('throttle', 'kinesis');
  if (struck || !shard.writeRecords.holds(1) || !shard.writeBytes.holds(bytes)) {
    shard.metrics.add('WriteProvisionedThroughputExceeded', 1);
    return false;
  }
  shard.writeRecords.take(1);
  shard.writeBytes.take(bytes);
  shard.metrics.add('IncomingRecords', 1);
  shard.metrics.add('IncomingBytes', bytes);
  return true;
}
