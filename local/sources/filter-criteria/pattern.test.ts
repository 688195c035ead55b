import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parsePattern } from './pattern.ts';

const matches = (pattern: object, value: unknown): boolean => parsePattern(JSON.stringify(pattern)).matches(value);

/** The record of the Lambda guide's table "Filter rule syntax". */
const GUIDE = {
  UserID: null, LastName: '', Name: 'Alice', State: 'FL', Location: 'New York', Day: 'Monday', PaymentType: 'Debit',
  Weather: 'Sunny', Price: 100, Age: 15, ProductName: 'Pen', Region: 'us-east-1', FileName: 'photo.png',
};

describe("the Lambda guide's examples", () => {
  test.each([
    ['Null', { UserID: [null] }, true],
    ['Empty', { LastName: [''] }, true],
    ['Equals', { Name: ['Alice'] }, true],
    ['Equals, other value', { Name: ['Bob'] }, false],
    ['Equals (ignore case)', { Name: [{ 'equals-ignore-case': 'alice' }] }, true],
    ['And', { Location: ['New York'], Day: ['Monday'] }, true],
    ['And, one missing', { Location: ['New York'], Day: ['Tuesday'] }, false],
    ['Or', { PaymentType: ['Credit', 'Debit'] }, true],
    ['Or (multiple fields)', { $or: [{ Location: ['Boston'] }, { Day: ['Monday'] }] }, true],
    ['Or (multiple fields), none', { $or: [{ Location: ['Boston'] }, { Day: ['Friday'] }] }, false],
    ['Not', { Weather: [{ 'anything-but': ['Raining'] }] }, true],
    ['Not, excluded', { Weather: [{ 'anything-but': ['Sunny'] }] }, false],
    ['Numeric (equals)', { Price: [{ numeric: ['=', 100] }] }, true],
    ['Numeric (range)', { Price: [{ numeric: ['>', 10, '<=', 20] }] }, false],
    ['Numeric (range), at its end', { Age: [{ numeric: ['>', 10, '<=', 15] }] }, true],
    ['Exists', { ProductName: [{ exists: true }] }, true],
    ['Does not exist', { Discount: [{ exists: false }] }, true],
    ['Does not exist, but does', { ProductName: [{ exists: false }] }, false],
    ['Begins with', { Region: [{ prefix: 'us-' }] }, true],
    ['Ends with', { FileName: [{ suffix: '.png' }] }, true],
    ['Ends with, other end', { FileName: [{ suffix: '.jpg' }] }, false],
  ])('%s', (_name, pattern, expected) => {
    expect(matches(pattern, GUIDE)).toBe(expected);
  });

  test('nested keys, numbers and text are told apart', () => {
    const order = { data: { City: 'Seattle', Quantity: 5, Lines: [{ sku: 'a', n: 1 }, { sku: 'b', n: 9 }] } };
    expect(matches({ data: { City: ['Seattle'], Quantity: [{ numeric: ['<', 6] }] } }, order)).toBe(true);
    expect(matches({ data: { Quantity: ['5'] } }, order)).toBe(false);
    expect(matches({ data: { Lines: { sku: ['b'], n: [9] } } }, order)).toBe(true);
    expect(matches({ data: { Lines: { sku: ['a'], n: [9] } } }, order)).toBe(false);
  });

  test('a list matches by any of its elements; exists asks for a leaf', () => {
    expect(matches({ tags: ['b'] }, { tags: ['a', 'b'] })).toBe(true);
    expect(matches({ tags: [{ 'anything-but': 'a' }] }, { tags: ['a'] })).toBe(false);
    expect(matches({ a: [{ exists: true }] }, { a: { b: 1 } })).toBe(false);
    expect(matches({ a: { b: [{ exists: false }] } }, { c: 1 })).toBe(true);
    expect(matches({ a: [{ 'anything-but': 'x' }] }, {})).toBe(false);
  });
});

test.each([
  ['{"a":"b"}', /\$\.a: expected a list of values or rules/],
  ['{"a":[]}', /\$\.a: expected a list/],
  ['{}', /empty object/],
  ['[1]', /expected an object/],
  ['{"a"', /not JSON/],
  ['{"a":[{"wildcard":"*"}]}', /\$\.a: {"wildcard":"\*"} is not a rule/],
  ['{"a":[{"prefix":1}]}', /is not a rule/],
  ['{"a":[{"numeric":["~",1]}]}', /is not a rule/],
  ['{"a":[{"prefix":"x","suffix":"y"}]}', /expected one rule/],
  ['{"$or":[{"a":[1]}]}', /\$\.\$or: expected a list of at least two objects/],
])('the pattern %s is refused', (json, message) => {
  expect(() => parsePattern(json)).toThrow(message);
});

const ofLength = (length: number): string => `{"a":["${'x'.repeat(length - 10)}"]}`;

test('a pattern of 4,096 characters passes, one of 4,097 is refused', () => {
  expect(ofLength(4096)).toHaveLength(4096);
  expect(() => parsePattern(ofLength(4096))).not.toThrow();
  expect(() => parsePattern(ofLength(4097))).toThrow(/4097 characters/);
});

test('equality alternatives match exactly the listed values', () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.array(scalar, { minLength: 1 }), scalar, (listed, value) => {
      expect(matches({ key: listed }, { key: value })).toBe(listed.includes(value));
      expect(matches({ key: [{ 'anything-but': listed }] }, { key: value })).toBe(!listed.includes(value));
    }),
  );
});
