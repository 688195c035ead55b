import { describe, expect, test } from '@jest/globals';

import type { DeliveryStream } from '../../template/deployment.ts';
import { javaTimeFormat } from './java-time.ts';
import { objectNamer } from './object-name.ts';
import { errorPrefixOf, prefixExpression } from './prefix-expression.ts';

/** 2018-08-27T10:30:05Z, the day of the examples in Firehose's documentation. */
const at = Date.UTC(2018, 7, 27, 10, 30, 5);
const evaluate = (prefix: string, zone = 'UTC'): string => prefixExpression(prefix, false, zone)({ oldestArrivalMs: at, random: () => 0 });

test.each([
  ['', '2018/08/27/10/'],
  ['myFirehosePrefix/', 'myFirehosePrefix/2018/08/27/10/'],
  ['myPrefix/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/', 'myPrefix/year=2018/month=08/day=27/hour=10/'],
  ['dt=!{timestamp:yyyy}-!{timestamp:MM}-!{timestamp:dd}/', 'dt=2018-08-27/'],
  ["dt=!{timestamp:yyyy'-'MM'-'dd}/", 'dt=2018-08-27/'],
  ['!{firehose:random-string}/!{timestamp:yyyy}/', '00000000000/2018/'],
])('prefix %p is %p', (prefix, evaluated) => {
  expect(evaluate(prefix)).toBe(evaluated);
});

test('a prefix is evaluated in its time zone', () => {
  expect(evaluate('!{timestamp:yyyy/MM/dd/HH XXX}/', 'Asia/Tokyo')).toBe('2018/08/27/19 +09:00/');
  expect(evaluate('!{timestamp:HH Z}/', 'America/St_Johns')).toBe('08 -0230/');
});

test('each random string is one of its own', () => {
  let next = 0;
  const prefix = prefixExpression('!{firehose:random-string}/!{firehose:random-string}/!{timestamp:yy}', false, 'UTC');
  expect(prefix({ oldestArrivalMs: at, random: () => (next++ % 62) / 62 })).toBe('0123456789A/BCDEFGHIJKL/18');
});

test.each([
  ["yyyy-MM-dd'T'HH:mm:ssX", '2018-08-27T10:30:05Z'],
  ['yy M d H m s', '18 8 27 10 30 5'],
  ['D DDD', '239 239'],
  ['EEE EEEE MMM MMMM', 'Mon Monday Aug August'],
  ['h a, K k', '10 AM, 10 10'],
  ["h 'o''clock' ''", "10 o'clock '"],
  ['ss.SSS', '05.000'],
])("Java's pattern %p gives %p", (pattern, formatted) => {
  expect(javaTimeFormat(pattern, 'UTC')(at)).toBe(formatted);
});

test.each(['!{partitionKeyFromLambda:user}/', '!{partitionKeyFromQuery:user}/', '!{firehose:error-output-type}/', '!{timestamp:GGGG}/', '!{firehose:other}/', "!{timestamp:yyyy'}/"])('prefix %p is refused', (prefix) => {
  expect(() => evaluate(prefix)).toThrow(RangeError);
});

test('an error prefix needs its error type when the prefix has expressions', () => {
  expect(errorPrefixOf('', '')).toBe('!{firehose:error-output-type}/');
  expect(() => errorPrefixOf('x/!{timestamp:yyyy}/', '')).toThrow('expected !{firehose:error-output-type} in it');
  expect(() => errorPrefixOf('', 'errors/')).toThrow('expected !{firehose:error-output-type} in it');
});

const stream = (more: Partial<DeliveryStream>): DeliveryStream => ({
  logicalId: 'DeliveryStream',
  name: 'clicks',
  arn: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/clicks',
  sourceStreamArn: undefined,
  bucketArn: 'arn:aws:s3:::lake',
  prefix: 'events/',
  errorOutputPrefix: 'errors/!{firehose:error-output-type}/',
  bufferSizeMb: 64,
  bufferIntervalSeconds: 60,
  compression: 'GZIP',
  customTimeZone: 'UTC',
  fileExtension: undefined,
  transform: undefined,
  ...more,
});

describe('object names', () => {
  test.each<[string, Partial<DeliveryStream>, string]>([
    ['a compressed object', {}, 'events/2018/08/27/10/clicks-1-2018-08-27-10-30-05-uuid.gz'],
    ['a plain object', { compression: 'UNCOMPRESSED' }, 'events/2018/08/27/10/clicks-1-2018-08-27-10-30-05-uuid'],
    ['an extension of its own', { fileExtension: '.json.gz' }, 'events/2018/08/27/10/clicks-1-2018-08-27-10-30-05-uuid.json.gz'],
  ])('%s', (_name, more, key) => {
    expect(objectNamer(stream(more), () => 0)(at, 'uuid')).toBe(key);
  });
  test('an error object', () => {
    expect(objectNamer(stream({}), () => 0)(at, 'uuid', 'processing-failed')).toBe('errors/processing-failed/2018/08/27/10/clicks-1-2018-08-27-10-30-05-uuid');
  });
});
