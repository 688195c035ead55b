import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AcknowledgedEvents } from './acknowledged-events.ts';

const NOON_MS = Date.UTC(2026, 10, 22, 12, 0, 0);
const HOUR_MS = 3_600_000;

let folder: string;
let nowMs: number;
const clock = { now: () => nowMs, sleep: async () => undefined };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acknowledged-'));
  nowMs = NOON_MS;
});
afterEach(() => rmSync(folder, { recursive: true }));

function answer(statusCode: number, ...results: object[]): { payload: unknown } {
  return { payload: { statusCode, body: JSON.stringify({ results }) } };
}

describe('AcknowledgedEvents', () => {
  it('keeps the ids of accepted events across processes, and of no others', () => {
    const before = new AcknowledgedEvents(folder, clock);
    before.note(answer(202, { event_id: 'a', status: 'accepted' }, { event_id: 'b', status: 'rejected' }));
    before.note(answer(400, { event_id: 'c', status: 'accepted' }));
    before.note({ payload: { statusCode: 202, body: 'not JSON' } });
    before.note({ payload: null });

    expect([...new AcknowledgedEvents(folder, clock).since(0)]).toEqual([['a']]);
  });

  it('reads the hours that began within the horizon, and forgets those that ended before it', () => {
    const events = new AcknowledgedEvents(folder, clock);
    for (const id of ['at noon', 'at one', 'at two']) {
      events.note(answer(202, { event_id: id, status: 'accepted' }));
      nowMs += HOUR_MS;
    }

    expect([...events.since(NOON_MS + HOUR_MS)]).toEqual([['at one'], ['at two']]);
    expect([...events.since(NOON_MS + HOUR_MS + 1)]).toEqual([['at two']]);
    events.forgetBefore(NOON_MS + HOUR_MS);
    expect(readdirSync(folder)).toHaveLength(3);
    events.forgetBefore(NOON_MS + HOUR_MS + 1);
    expect(readdirSync(folder)).toEqual(['2026-11-22T13.ids', '2026-11-22T14.ids']);
  });

  it('survives a line that a kill tore', () => {
    new AcknowledgedEvents(folder, clock).note(answer(202, { event_id: 'a', status: 'accepted' }));
    appendFileSync(join(folder, '2026-11-22T12.ids'), '"torn');
    const next = new AcknowledgedEvents(folder, clock);
    next.note(answer(202, { event_id: 'b', status: 'accepted' }));
    next.note(answer(202, { event_id: 'c', status: 'accepted' }));

    expect([...next.since(0)]).toEqual([['a', 'c']]);
  });
});
