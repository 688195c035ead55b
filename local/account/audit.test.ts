import { describe, expect, it } from '@jest/globals';
import { balances, describeAccount } from './account.ts';
import type { UndeliveredRecord } from '../services/firehose/ledger.ts';
import { auditLake, type AuditSources, type StreamedEvent } from './audit.ts';

const SCORING = { consumed: 0, applied: 0, duplicates: 0, quarantined: {}, failed: 0, pending: 0 };

/** The lake's objects, each of an hour that the stream still holds. */
function lake(...objects: string[][]): AuditSources['delivered'] {
  return async function* () {
    for (const ids of objects) yield { ids, isWithinRetention: true };
  };
}

const NOTHING_ACKNOWLEDGED: AuditSources['acknowledged'] = () => [];

function streamed(sequenceNumber: string, data: string, subSequenceNumber = 0): StreamedEvent {
  return { shardId: 'shardId-000000000000', sequenceNumber, subSequenceNumber, data };
}

function undelivered(sequenceNumber: string, rest: Partial<UndeliveredRecord>): UndeliveredRecord {
  return { shardId: 'shardId-000000000000', sequenceNumber, subSequenceNumber: 0, result: 'Failed', ...rest };
}

describe('auditLake', () => {
  it('finds each event once, wherever it went', async () => {
    const account = await auditLake({
      acknowledged: NOTHING_ACKNOWLEDGED,
      streamed: () => [
        [streamed('1', '{"event_id":"a"}'), streamed('2', '{"event_id":"bot"}'), streamed('3', 'garbage')],
        [streamed('4', '{"event_id":"lost transform"}'), streamed('5', '{"event_id":"on its way"}')],
      ],
      delivered: lake(['a']),
      undelivered: [
        undelivered('2', { result: 'Dropped', data: '{"event_id":"bot","reason":"declared_crawler"}' }),
        undelivered('3', { result: 'ProcessingFailed', data: '{"code":"not_json"}' }),
        undelivered('4', {}),
      ],
    }, 5);

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
      acknowledged: NOTHING_ACKNOWLEDGED,
      streamed: () => [[streamed('1', '{"event_id":"a"}'), streamed('2', '{"event_id":"a"}')]],
      delivered: lake(['a'], ['a']),
      undelivered: [],
    }, 5);

    expect(account).toMatchObject({ accepted: 1, delivered: 1, pending: 0 });
  });

  it('calls an event delivered when one of its two records failed and the other is in the lake', async () => {
    const account = await auditLake({
      acknowledged: NOTHING_ACKNOWLEDGED,
      streamed: () => [[streamed('1', '{"event_id":"a"}'), streamed('2', '{"event_id":"a"}')]],
      delivered: lake(['a']),
      undelivered: [undelivered('1', {})],
    }, 5);

    expect(account).toMatchObject({ accepted: 1, delivered: 1, failed: 0 });
  });

  it('tells the events inside an aggregated record apart by their sub-sequence number', async () => {
    const account = await auditLake({
      acknowledged: NOTHING_ACKNOWLEDGED,
      streamed: () => [[streamed('1', 'garbage', 0), streamed('1', 'garbage', 1)]],
      delivered: lake(),
      undelivered: [undelivered('1', { subSequenceNumber: 1, result: 'ProcessingFailed', data: 'not JSON' })],
    }, 5);

    expect(account).toMatchObject({ accepted: 2, pending: 1, quarantined: { unstated: 1 } });
  });
});

describe('an account that does not add up', () => {
  const balanced = async (sources: Partial<AuditSources>, eventsAPass?: number): Promise<boolean> => {
    const empty: AuditSources = { acknowledged: NOTHING_ACKNOWLEDGED, streamed: () => [], delivered: lake(), undelivered: [] };
    return balances({ ...(await auditLake({ ...empty, ...sources }, 4, eventsAPass)), scoring: SCORING });
  };

  it('has an event that was acknowledged and is nowhere', async () => {
    const sources = { acknowledged: () => [['a', 'b']], streamed: () => [[streamed('1', '{"event_id":"a"}')]], delivered: lake(['a']) };

    expect(await balanced(sources)).toBe(false);
    expect(await balanced({ ...sources, acknowledged: () => [['a']] })).toBe(true);
  });

  it('has an event in the lake that is not on the stream', async () => {
    expect(await balanced({ delivered: lake(['a']) })).toBe(false);
  });

  it('is none for an event in the lake that the stream has trimmed', async () => {
    const trimmed: AuditSources['delivered'] = async function* () {
      yield { ids: ['a'], isWithinRetention: false };
    };

    expect(await balanced({ delivered: trimmed })).toBe(true);
  });

  it('is found in any number of passes', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    const sources = { acknowledged: () => [ids], streamed: () => [ids.map((id) => streamed(id, JSON.stringify({ event_id: id })))], delivered: lake(ids) };

    expect(await balanced(sources, 1)).toBe(true);
    expect(await balanced({ ...sources, acknowledged: () => [[...ids, 'e']] }, 1)).toBe(false);
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
