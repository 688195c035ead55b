import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readStreamEvent } from './stream-event.ts';

const EVENT = {
  event_id: 'e-1',
  app_id: 'shop',
  event_type: 'page_view',
  event_time: '2026-01-31T12:00:00.000Z',
  received_at: '2026-01-31T12:00:01.000Z',
  schema_version: 1,
  source: 'http-api',
};

describe('readStreamEvent', () => {
  it('takes an event, and keeps the fields of a later version', () => {
    expect(readStreamEvent(json({ ...EVENT, mood: { calm: true } }))).toEqual({ ok: true, event: { ...EVENT, mood: { calm: true } } });
  });

  it.each([
    { name: 'bytes that are not UTF-8', data: Buffer.from([0xff, 0xfe]), code: 'not_utf8', eventId: undefined },
    { name: 'text that is not JSON', data: Buffer.from('{"event_id":'), code: 'not_json', eventId: undefined },
    { name: 'nothing', data: Buffer.alloc(0), code: 'not_json', eventId: undefined },
    { name: 'a byte order mark', data: Buffer.from('\ufeff{}'), code: 'not_json', eventId: undefined },
    { name: 'JSON that is no object', data: json([EVENT]), code: 'not_an_object', eventId: undefined },
    { name: 'no id', data: json({ ...EVENT, event_id: undefined }), code: 'missing_field', eventId: undefined },
    { name: 'a later version, whatever else is different', data: json({ ...EVENT, schema_version: 2, source: 7 }), code: 'unknown_schema_version', eventId: 'e-1' },
    { name: 'no version', data: json({ ...EVENT, schema_version: undefined }), code: 'unknown_schema_version', eventId: 'e-1' },
    { name: 'an id of the wrong type', data: json({ ...EVENT, user_id: {} }), code: 'invalid_field', eventId: 'e-1' },
    { name: 'an unknown field 9 levels deep', data: Buffer.from(JSON.stringify({ ...EVENT, deep: deep(9) })), code: 'too_deep', eventId: undefined },
  ])('refuses $name', ({ data, code, eventId }) => {
    expect(readStreamEvent(data)).toMatchObject({ ok: false, eventId, rejection: { code } });
  });

  it('takes an unknown field 8 levels deep', () => {
    expect(readStreamEvent(json({ ...EVENT, deep: deep(8) }))).toMatchObject({ ok: true });
  });

  it('never throws, whatever bytes or JSON come', () => {
    fc.assert(fc.property(fc.uint8Array(), (data) => expect(readStreamEvent(data)).toHaveProperty('ok')));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(EVENT), 'ip', 'user_id'), fc.jsonValue()), (fields) => {
        expect(readStreamEvent(json({ ...EVENT, ...fields }))).toHaveProperty('ok');
      }),
    );
  });
});

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function deep(levels: number): unknown {
  return levels === 0 ? 1 : [deep(levels - 1)];
}
