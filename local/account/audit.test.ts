import { describe, expect, it } from '@jest/globals';
import { balances, describeAccount } from './account.ts';
import type { UndeliveredRecord } from '../services/firehose/ledger.ts';
import { auditLake, type StreamedEvent } from './audit.ts';

const SCORING = { consumed: 0, applied: 0, duplicates: 0, quarantined: {}, failed: 0, pending: 0 };

async function* files(...chunks: string[][]): AsyncIterable<string[]> {
  yield* chunks;
}

function streamed(sequenceNumber: string, data: string, subSequenceNumber = 0): StreamedEvent {
  return { shardId: 'shardId-000000000000', sequenceNumber, subSequenceNumber, data };
}

function undelivered(sequenceNumber: string, rest: Partial<UndeliveredRecord>): UndeliveredRecord {
  return { shardId: 'shardId-000000000000', sequenceNumber, subSequenceNumber: 0, result: 'Failed', ...rest };
}

describe('auditLake', () => {
  it('finds each event once, wherever it went', async () => {
    const account = await auditLake({
      streamed: [
        [streamed('1', '{"event_id":"a"}'), streamed('2', '{"event_id":"bot"}'), streamed('3', 'garbage')],
        [streamed('4', '{"event_id":"lost transform"}'), streamed('5', '{"event_id":"on its way"}')],
      ],
      delivered: files(['a']),
      undelivered: [
        undelivered('2', { result: 'Dropped', data: '{"event_id":"bot","reason":"declared_crawler"}' }),
        undelivered('3', { result: 'ProcessingFailed', data: '{"code":"not_json"}' }),
        undelivered('4', {}),
      ],
    });

    expect(account).toEqual({
      accepted: 5,
      delivered: 1,
      dropped: { declared_crawler: 1 },
      quarantined: { not_json: 1 },
      failed: 1,
      pending: 1,
    });
    expect(balances({ ...account, scoring: SCORING })).toBe(true);
  });

  it('counts an event that was put twice and delivered twice as one', async () => {
    const account = await auditLake({
      streamed: [[streamed('1', '{"event_id":"a"}'), streamed('2', '{"event_id":"a"}')]],
      delivered: files(['a'], ['a']),
      undelivered: [],
    });

    expect(account).toMatchObject({ accepted: 1, delivered: 1, pending: 0 });
  });

  it('calls an event delivered when one of its two records failed and the other is in the lake', async () => {
    const account = await auditLake({
      streamed: [[streamed('1', '{"event_id":"a"}'), streamed('2', '{"event_id":"a"}')]],
      delivered: files(['a']),
      undelivered: [undelivered('1', {})],
    });

    expect(account).toMatchObject({ accepted: 1, delivered: 1, failed: 0 });
  });

  it('tells the events inside an aggregated record apart by their sub-sequence number', async () => {
    const account = await auditLake({
      streamed: [[streamed('1', 'garbage', 0), streamed('1', 'garbage', 1)]],
      delivered: files(),
      undelivered: [undelivered('1', { subSequenceNumber: 1, result: 'ProcessingFailed', data: 'not JSON' })],
    });

    expect(account).toMatchObject({ accepted: 2, pending: 1, quarantined: { unstated: 1 } });
  });
});

describe('describeAccount', () => {
  it('says so when the account does not add up', () => {
    const account = { accepted: 2, delivered: 1, dropped: {}, quarantined: {}, failed: 0, pending: 0, scoring: SCORING };

    expect(balances(account)).toBe(false);
    expect(describeAccount(account)).toContain('DOES NOT ADD UP');
    expect(describeAccount({ ...account, pending: 1 })).not.toContain('DOES NOT ADD UP');
  });
});
