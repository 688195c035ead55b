import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { StreamEvent } from '../../contracts/stream-event.ts';
import { foldEvents, type PositionedEvent } from './fold.ts';
import { UNSEEN, type VisitorState } from './state.ts';

function eventAt(sequence: number, fields: Partial<StreamEvent> = {}, shardId = 'shard'): PositionedEvent {
  const time = new Date(Date.UTC(2026, 0, 1) + sequence * 1_000).toISOString();
  return {
    position: { shardId, sequenceNumber: String(sequence), subSequenceNumber: 0 },
    event: { event_id: `e-${sequence}`, app_id: 'shop', event_type: 'page_view', event_time: time, received_at: time, user_id: 'u', schema_version: 1, source: 'test', ...fields },
  };
}

/** The first 6 bytes of the ids' digests, as `printf %s e-1 | sha256sum` writes them. */
const SHA256_BEGINS = { e1: 'b94f523196aa', e2: '761d230a06e6', e3: 'f52a315c8841' };

describe('foldEvents', () => {
  it('keeps counts, times, totals, positions and ids', () => {
    const { state, outcomes } = foldEvents('u', UNSEEN, [
      eventAt(1),
      eventAt(2, { event_type: 'purchase', properties: { amount_minor: 250, currency: 'EUR', payment_fingerprint: 'card' } }),
      eventAt(3, { event_type: 'wishlist_shared' }),
    ]);

    expect(outcomes).toEqual(['applied', 'applied', 'applied']);
    expect(state).toEqual({
      version: 1,
      positions: [{ shard_id: 'shard', position: '001:3:00000000' }],
      recent_ids: new Uint8Array(Buffer.from(SHA256_BEGINS.e1 + SHA256_BEGINS.e3, 'hex')),
      recent_payment_ids: new Uint8Array(Buffer.from(SHA256_BEGINS.e2, 'hex')),
      event_counts: { page_view: 1, purchase: 1, other: 1 },
      first_seen_ms: Date.UTC(2026, 0, 1, 0, 0, 1),
      last_seen_ms: Date.UTC(2026, 0, 1, 0, 0, 3),
      purchases: { EUR: { count: 1, total_minor: 250 } },
      recent_payments: [{ at_ms: Date.UTC(2026, 0, 1, 0, 0, 2), kind: 'purchase', card: expect.stringMatching(/^.{11}$/) }],
      pending_alerts: [],
    });
  });

  it('finds a redelivered event applied, and changes nothing', () => {
    const first = foldEvents('u', UNSEEN, [eventAt(1), eventAt(2)]).state;

    expect(foldEvents('u', first, [eventAt(1), eventAt(2)])).toEqual({ state: first, changed: false, outcomes: ['duplicate', 'duplicate'] });
  });

  it('finds an event that its producer put twice by its id, in another shard too', () => {
    const first = foldEvents('u', UNSEEN, [eventAt(5)]).state;
    const { state, outcomes } = foldEvents('u', first, [eventAt(1, { event_id: 'e-5' }, 'other'), eventAt(6, { event_id: 'e-5' })]);

    expect(outcomes).toEqual(['duplicate', 'duplicate']);
    expect(state.event_counts).toEqual({ page_view: 1 });
    expect(state.positions.map(({ shard_id }) => shard_id)).toEqual(['other', 'shard']);
  });

  it('remembers a purchase through a burst of 1,000 page views', () => {
    const burst = Array.from({ length: 1_000 }, (_, index) => eventAt(index + 2));
    const purchase = { event_id: 'order', event_type: 'purchase' };
    const { outcomes } = foldEvents('u', UNSEEN, [eventAt(1, purchase), ...burst, eventAt(2_000, purchase)]);

    expect(outcomes.at(-1)).toBe('duplicate');
  });

  it.each([
    { type: 'page_view', window: 128 },
    { type: 'purchase', window: 64 },
  ])('finds $window events of type $type repeated in a row, however often, and one more is beyond its window', ({ type, window }) => {
    const repeats = (count: number, times: number) => Array.from({ length: count * times }, (_, index) => eventAt(index + 1, { event_type: type, event_id: `e-${index % count}` }));

    expect(drain(UNSEEN, repeats(window, 3)).state.event_counts).toEqual({ [type]: window });
    expect(drain(UNSEEN, repeats(window + 1, 2)).state.event_counts).toEqual({ [type]: 2 * (window + 1) });
  });

  it.each([
    { type: 'page_view', others: 127 },
    { type: 'purchase', others: 63 },
  ])('begins the window of an id anew when the event of type $type comes again', ({ type, others }) => {
    const ids = ['again', ...Array.from({ length: others }, (_, index) => `a${index}`), 'again', ...Array.from({ length: others }, (_, index) => `b${index}`), 'again'];
    const { state } = drain(UNSEEN, ids.map((event_id, index) => eventAt(index + 1, { event_id, event_type: type })));

    expect(state.event_counts).toEqual({ [type]: 1 + 2 * others });
  });

  it('stops at 20 pending alerts, so that they are sent before it goes on', () => {
    const declines = Array.from({ length: 30 }, (_, index) => eventAt(index + 1, { event_type: 'payment_declined' }));
    const { state, outcomes } = foldEvents('u', UNSEEN, declines);

    expect(state.pending_alerts).toHaveLength(20);
    expect(outcomes).toHaveLength(22);
  });

  it('does not grow beyond 4 KB without alerts, whatever a visitor sends', () => {
    const hostile = Array.from({ length: 3_000 }, (_, index) =>
      eventAt(index + 1, {
        event_id: `${index}`.repeat(30).slice(0, 128),
        event_type: index % 2 ? `custom.${index}` : 'purchase',
        properties: { amount_minor: 1e12, currency: String.fromCharCode(65 + (index % 26), 65 + (index % 25), 65 + (index % 24)), payment_fingerprint: 'x'.repeat(10_000) + index },
      }, `shardId-${String(index % 50).padStart(12, '0')}`),
    );
    let state: VisitorState = UNSEEN;
    for (let from = 0; from < hostile.length; ) {
      const fold = foldEvents('u', { ...state, pending_alerts: [] }, hostile.slice(from));
      state = fold.state;
      from += fold.outcomes.length;
    }

    expect(itemBytes({ recent_ids: state.recent_ids, recent_payment_ids: state.recent_payment_ids })).toBe(1_180);
    expect(itemBytes({ pk: 'a'.repeat(64 + 1 + 256), expires_at: 1_800_000_000, ...state, pending_alerts: [] })).toBeLessThan(4_096);
    expect(Object.values(state.purchases).every(({ total_minor }) => Number.isSafeInteger(total_minor))).toBe(true);
  });

  it('comes to the same state in any split into batches, with any batch delivered again from any place', () => {
    const event = fc.record({
      event_type: fc.constantFrom('page_view', 'purchase', 'payment_declined', 'x'),
      repeats: fc.option(fc.nat(5), { freq: 3 }),
      properties: fc.record({ amount_minor: fc.nat(10_000), payment_fingerprint: fc.constantFrom('a', 'b', 'c') }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.array(fc.record({ size: fc.integer({ min: 1, max: 15 }), back: fc.nat(20) }), { maxLength: 30 }), (drafts, deliveries) => {
        const events = drafts.map(({ repeats, ...fields }, index) => eventAt(index + 1, { ...fields, ...(repeats === null ? {} : { event_id: `e-${Math.max(1, index - repeats)}` }) }));
        const plain = drain(UNSEEN, events);

        let state: Drained = { state: UNSEEN, alertIds: new Set() };
        let next = 0;
        for (const { size, back } of [...deliveries, { size: 40, back: 40 }, { size: 40, back: 0 }]) {
          const from = Math.max(0, next - back);
          state = drain(state.state, events.slice(from, Math.max(next, from + size)), state.alertIds);
          next = Math.max(next, from + size);
        }

        expect({ ...state.state, version: 0 }).toEqual({ ...plain.state, version: 0 });
        expect(state.alertIds).toEqual(plain.alertIds);
      }),
      { numRuns: 300 },
    );
  });
});

/** The size of an item as DynamoDB counts it: names and values; a list or map is 3 bytes and 1 more for each element. */
function itemBytes(item: object): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (Array.isArray(value)) return value.reduce((sum: number, element: unknown) => sum + 1 + valueBytes(element), 3);
  return 3 + Object.keys(value as object).length + itemBytes(value as object);
}

interface Drained {
  state: VisitorState;
  alertIds: Set<string>;
}

/** Folds all events, taking the alerts out of the state whenever it holds some, as if they had been sent. */
function drain(stored: VisitorState, events: PositionedEvent[], alertIds = new Set<string>()): Drained {
  let state = stored;
  for (let done = 0; done < events.length; ) {
    const fold = foldEvents('u', state, events.slice(done));
    done += fold.outcomes.length;
    for (const { alert_id } of fold.state.pending_alerts) alertIds.add(alert_id);
    state = { ...fold.state, pending_alerts: [] };
  }
  return { state, alertIds };
}
