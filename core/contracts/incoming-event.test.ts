import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readIncomingEvent } from './incoming-event.ts';

const EVENT = { event_type: 'page_view', event_time: '2026-01-31T12:00:00Z' };

describe('readIncomingEvent', () => {
  it.each([
    { name: 'the least that an event can be', value: EVENT },
    { name: 'null for what is not known', value: { ...EVENT, user_id: null, properties: null } },
    { name: 'a time with an offset and microseconds', value: { ...EVENT, event_time: '2026-01-31T12:00:00.123456+05:30' } },
    { name: 'an id of 128 characters', value: { ...EVENT, user_id: 'u'.repeat(128) } },
    { name: 'properties 8 levels deep', value: { ...EVENT, properties: nested(8) } },
    { name: 'fields of the server, which are replaced', value: { ...EVENT, ip: '203.0.113.9', app_id: 'other', source: 7 } },
  ])('takes $name', ({ value }) => {
    expect(readIncomingEvent(value)).toMatchObject({ ok: true });
  });

  it.each([
    { name: 'no object', value: 'hello', code: 'not_an_object', reason: 'expected an event as a JSON object; got text "hello"' },
    { name: 'an array', value: [EVENT], code: 'not_an_object', reason: 'expected an event as a JSON object; got an array of 1' },
    {
      name: 'no type',
      value: { event_time: EVENT.event_time },
      code: 'missing_field',
      reason: 'event_type: expected a name of 1 to 64 letters, digits, "_", "-" or ".", such as "page_view"; got nothing',
    },
    {
      name: 'a time in words',
      value: { ...EVENT, event_time: 'yesterday' },
      code: 'invalid_field',
      reason: 'event_time: expected an ISO 8601 date and time with seconds and a time zone, such as "2026-01-31T12:00:00.000Z"; got text "yesterday"',
    },
    {
      name: 'a time without a zone',
      value: { ...EVENT, event_time: '2026-01-31T12:00:00' },
      code: 'invalid_field',
      reason: 'event_time: expected an ISO 8601 date and time with seconds and a time zone, such as "2026-01-31T12:00:00.000Z"; got text "2026-01-31T12:00:00"',
    },
    {
      name: 'a leap second, which SQL engines do not read',
      value: { ...EVENT, event_time: '2016-12-31T23:59:60Z' },
      code: 'invalid_field',
      reason: 'event_time: expected an ISO 8601 date and time with seconds and a time zone, such as "2026-01-31T12:00:00.000Z"; got text "2016-12-31T23:59:60Z"',
    },
    {
      name: 'a number as user',
      value: { ...EVENT, user_id: 7 },
      code: 'invalid_field',
      reason: 'user_id: expected text of 1 to 128 characters without lone surrogates; got number 7',
    },
    {
      name: 'an id of 129 characters',
      value: { ...EVENT, user_id: 'u'.repeat(129) },
      code: 'invalid_field',
      reason: `user_id: expected text of 1 to 128 characters without lone surrogates; got text "${'u'.repeat(40)}…" of 129 characters`,
    },
    {
      name: 'an id that is half a character',
      value: { ...EVENT, user_id: '\ud83d' },
      code: 'invalid_field',
      reason: String.raw`user_id: expected text of 1 to 128 characters without lone surrogates; got text "\ud83d"`,
    },
    {
      name: 'properties 9 levels deep',
      value: { ...EVENT, properties: nested(9) },
      code: 'invalid_field',
      reason: 'properties: expected an object that nests at most 8 levels deep; got an object',
    },
    {
      name: 'fields that no event has',
      value: { ...EVENT, colour: 'red', size: 3 },
      code: 'unknown_field',
      reason: '"colour", "size": expected only the fields of the event schema; put your own data under "properties"',
    },
  ])('rejects $name and says why', ({ value, code, reason }) => {
    expect(readIncomingEvent(value)).toEqual({ ok: false, eventId: undefined, rejection: { code, reason } });
  });

  it('gives back the id of an event that it rejects', () => {
    expect(readIncomingEvent({ event_id: 'e-1' })).toMatchObject({ ok: false, eventId: 'e-1' });
    expect(readIncomingEvent({ event_id: 7 })).toMatchObject({ ok: false, eventId: undefined });
  });

  it('keeps a property that is named like a prototype', () => {
    const read = readIncomingEvent(JSON.parse('{"event_type":"x","event_time":"2026-01-31T12:00:00Z","properties":{"__proto__":{"a":1}}}'));

    expect(read.ok && JSON.stringify(read.event.properties)).toBe('{"__proto__":{"a":1}}');
  });

  it('never throws, whatever JSON comes', () => {
    const fields = fc.record(
      Object.fromEntries(['event_id', 'event_type', 'event_time', 'user_id', 'page', 'properties', '__proto__', 'constructor'].map((name) => [name, fc.jsonValue()])),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fields), (value) => {
        const read = readIncomingEvent(value);
        const reasonLength = read.ok ? 1 : read.rejection.reason.length;
        expect(reasonLength).toBeGreaterThan(0);
        expect(reasonLength).toBeLessThan(1_000);
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers for an event that nests too deep for recursion', () => {
    const properties = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as unknown;

    expect(readIncomingEvent({ ...EVENT, properties })).toMatchObject({ ok: false, rejection: { code: 'invalid_field' } });
  });
});

function nested(levels: number): unknown {
  return levels === 0 ? 1 : { a: nested(levels - 1) };
}
