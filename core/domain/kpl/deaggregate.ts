import { createHash } from 'node:crypto';
import { readFields, WireFormatError } from './protobuf.ts';

/** What a producer put as one record, whether it travelled alone or in an aggregated record of the KPL. */
export interface UserRecord {
  partitionKey: string;
  explicitHashKey: string | undefined;
  data: Uint8Array;
  /** Place inside the Kinesis record, from 0; with its sequence number it identifies the user record. */
  subSequenceNumber: number;
  aggregated: boolean;
}

const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const MD5_BYTES = 16;

/**
 * Takes an aggregated record apart, by the KPL's format: magic, protobuf message, MD5 of the message.
 * Whatever is not such a record, by a wrong checksum or a broken message too, is a plain record, never an error.
 * Source: https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
export function deaggregate(partitionKey: string, data: Uint8Array): UserRecord[] {
  return readAggregate(data) ?? [{ partitionKey, explicitHashKey: undefined, data, subSequenceNumber: 0, aggregated: false }];
}

function readAggregate(data: Uint8Array): UserRecord[] | undefined {
  const end = data.length - MD5_BYTES;
  if (end <= MAGIC.length || MAGIC.compare(data, 0, MAGIC.length) !== 0) return undefined;
  const message = data.subarray(MAGIC.length, end);
  if (createHash('md5').update(message).digest().compare(data, end) !== 0) return undefined;
  try {
    return readMessage(message);
  } catch (error) {
    if (error instanceof WireFormatError) return undefined;
    throw error;
  }
}

/** AggregatedRecord { partition_key_table = 1, explicit_hash_key_table = 2, records = 3 } */
function readMessage(message: Uint8Array): UserRecord[] {
  const partitionKeys: string[] = [];
  const explicitHashKeys: string[] = [];
  const records: Uint8Array[] = [];
  for (const field of readFields(message)) {
    if (field.type !== 'bytes') continue;
    if (field.number === 1) partitionKeys.push(Buffer.from(field.value).toString('utf8'));
    else if (field.number === 2) explicitHashKeys.push(Buffer.from(field.value).toString('utf8'));
    else if (field.number === 3) records.push(field.value);
  }
  // Tables may follow the records that refer to them, so records are read last.
  return records.map((record, subSequenceNumber) => {
    const { partitionKeyIndex, explicitHashKeyIndex, data } = readRecord(record);
    const partitionKey = partitionKeyIndex === undefined ? undefined : partitionKeys[partitionKeyIndex];
    const explicitHashKey = explicitHashKeyIndex === undefined ? undefined : explicitHashKeys[explicitHashKeyIndex];
    if (partitionKey === undefined || data === undefined) throw new WireFormatError('a record without key or data');
    if (explicitHashKeyIndex !== undefined && explicitHashKey === undefined) throw new WireFormatError('a hash key beyond the table');
    return { partitionKey, explicitHashKey, data, subSequenceNumber, aggregated: true };
  });
}

/** Record { partition_key_index = 1, explicit_hash_key_index = 2, data = 3, tags = 4 } */
function readRecord(message: Uint8Array) {
  let partitionKeyIndex: number | undefined;
  let explicitHashKeyIndex: number | undefined;
  let data: Uint8Array | undefined;
  for (const field of readFields(message)) {
    if (field.number === 1 && field.type === 'varint') partitionKeyIndex = field.value;
    else if (field.number === 2 && field.type === 'varint') explicitHashKeyIndex = field.value;
    else if (field.number === 3 && field.type === 'bytes') data = field.value;
  }
  return { partitionKeyIndex, explicitHashKeyIndex, data };
}
