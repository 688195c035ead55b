import { createHash } from 'node:crypto';
import { AwsError } from '../../../aws-error.ts';
import { invalidArgument } from './refusals.ts';

/** A place in a shard, as a shard iterator carries it between calls. */
export interface IteratorPosition {
  issuedMs: number;
  streamName: string;
  shardIndex: number;
  /** The shard's creation second: an iterator does not reach into a stream that was made again. */
  shardCreatedSeconds: number;
  /** The place of the next record to read. */
  place: number;
}

/** What AWS's iterators begin with. */
const VERSION = Buffer.from('0000000000000001', 'hex');
const CHECK_BYTES = 16;

/** An opaque iterator that needs no memory here, so it outlives a restart. */
export function encodeIterator({ issuedMs, streamName, shardIndex, shardCreatedSeconds, place }: IteratorPosition): string {
  const body = Buffer.from([issuedMs, shardIndex, shardCreatedSeconds, place, streamName].join('/'));
  return Buffer.concat([VERSION, checkOf(body), body]).toString('base64');
}

/**
 * The position in an iterator; throws InvalidArgumentException for any text that is not one,
 * ExpiredIteratorException when it is older than `expiryMs`.
 */
export function decodeIterator(iterator: string, nowMs: number, expiryMs: number): IteratorPosition {
  const bytes = Buffer.from(iterator, 'base64');
  const body = bytes.subarray(VERSION.length + CHECK_BYTES);
  const check = bytes.subarray(VERSION.length, VERSION.length + CHECK_BYTES);
  const whole = bytes.subarray(0, VERSION.length).equals(VERSION) && body.length > 0 && check.equals(checkOf(body));
  if (!whole || bytes.toString('base64') !== iterator) throw invalidArgument('Invalid ShardIterator.');
  const [issuedMs, shardIndex, shardCreatedSeconds, place, streamName] = body.toString().split('/');
  const position = {
    issuedMs: Number(issuedMs),
    streamName: streamName!,
    shardIndex: Number(shardIndex),
    shardCreatedSeconds: Number(shardCreatedSeconds),
    place: Number(place),
  };
  if (nowMs - position.issuedMs > expiryMs) {
    throw new AwsError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${javaDate(position.issuedMs)} while right now it is ${javaDate(nowMs)} ` +
        `which is further in the future than the tolerated delay of ${expiryMs} milliseconds.`,
    );
  }
  return position;
}

function checkOf(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, CHECK_BYTES);
}

/** As java.util.Date prints it: `Thu Jan 22 01:22:02 UTC 2015`. */
function javaDate(ms: number): string {
  const [weekday, day, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
