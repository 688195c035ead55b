import { describe, expect, test } from '@jest/globals';
import { Placeholders } from './placeholders.ts';
import { NotUnderstood, understand, type RecordedCase } from './recorded-case.ts';

const recorded = (overrides: Partial<RecordedCase>): RecordedCase => ({
  name: 'case', mapping: { shards: 1, batchSize: 1 }, records: 'one record "hello", partition key test', function: 'throws', observed: {}, ...overrides,
});

describe('a recorded case is understood', () => {
  test('from its structure first', () => {
    const one = understand(recorded({
      mapping: { shards: 2, batchSize: 3, maximumBatchingWindowInSeconds: 1, maximumRetryAttempts: -1, maximumRecordAgeInSeconds: 60, bisectBatchOnFunctionError: true, functionResponseTypes: ['ReportBatchItemFailures'], startingPosition: 'TRIM_HORIZON', onFailure: 'S3' },
      records: 'two JSON records',
      observed: { events: [{ Records: [{ kinesis: { partitionKey: 'k', data: 'YQ==', sequenceNumber: '<sequence-number:1>' } }, { kinesis: { partitionKey: 'l', data: 'Yg==', sequenceNumber: '<sequence-number:2>' } }] }] },
    }));
    expect(one).toMatchObject({
      shards: 2, destination: 'S3', ageMs: 0, records: [{ key: 'k', data: 'a' }, { key: 'l', data: 'b' }],
      mapping: { batchSize: 3, batchingWindowSeconds: 1, maximumRetryAttempts: -1, maximumRecordAgeSeconds: 60, bisectBatchOnFunctionError: true, reportBatchItemFailures: true, startingPosition: 'TRIM_HORIZON' },
    });
  });

  test.each([
    ['one record "stream-data", partition key test', [{ key: 'test', data: 'stream-data' }]],
    ['one JSON record, partition key custom', [{ key: 'custom', data: '{"input":"hello"}' }]],
    ['three records, data {"should_fail": false} for the first and true for the second and third', [
      { key: 'test_0', data: '{"should_fail": false}' }, { key: 'test_1', data: '{"should_fail": true}' }, { key: 'test_2', data: '{"should_fail": true}' },
    ]],
  ])('from its prose: %s', (records, expected) => {
    expect(understand(recorded({ records })).records).toEqual(expected);
  });

  test('and the age of its records', () => {
    expect(understand(recorded({ records: 'one record "a", put 65 seconds before the mapping is created' })).ageMs).toBe(65_000);
  });

  test.each([
    [{ function: 'returns {"batchItemFailures": [{"itemIdentifier": null}]}' }, '{"batchItemFailures":[{"itemIdentifier":null}]}'],
    [{ function: 'returns ""' }, '""'],
    [{ function: 'throws; logs its event' }, 'throw'],
  ])('%j', (overrides, expected) => {
    expect(understand(recorded(overrides)).source).toContain(expected);
  });

  test.each([
    { function: 'dances' }, { function: 'returns a surprise' }, { records: 'some records' }, { records: 7 }, { mapping: { shards: 1, colour: 'red' } }, { mapping: { onFailure: 'EventBridge' } },
  ])('or refused: %j', (overrides) => {
    expect(() => understand(recorded(overrides))).toThrow(NotUnderstood);
  });
});

describe('placeholders', () => {
  const differences = (expected: unknown, actual: unknown): string[] => new Placeholders().differences(expected, actual);

  test('stand for texts of their kind, and numbered ones for the same text', () => {
    expect(differences({ id: 'shard:<sequence-number:1>', n: '<sequence-number:1>', at: '<approximate-arrival-timestamp>' }, { id: 'shard:12', n: '12', at: 1.5 })).toEqual([]);
    expect(differences(['<sequence-number:1>', '<sequence-number:1>'], ['12', '13'])).toEqual(['[1]: <sequence-number:1> was 12 before, got 13']);
    expect(differences(['<sequence-number:1>', '<sequence-number:2>'], ['12', '12'])).toEqual(['[1]: <sequence-number:2> is 12, as <sequence-number:1> is']);
    expect(differences('<uuid:1>', 'no')).toHaveLength(1);
  });

  test('what is missing, surplus or different is named by its path', () => {
    expect(differences({ a: 1, b: { c: null } }, { b: { c: 0 }, d: 2 })).toEqual(['.a: expected 1, got undefined', '.b.c: expected null, got 0', '.d: not expected, got 2']);
    expect(differences([1, 2], [1])).toEqual([': expected 2 items, got 1']);
  });
});
