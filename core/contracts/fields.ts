import * as z from 'zod';

/** Longest id of a person, session, device or event, in UTF-16 units; a partition key may have 256. */
export const MAX_ID_LENGTH = 128;
/** Longest page, referrer and user agent, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 2_048;

/**
 * Schemas of single fields. The message of each says what is expected of it, so that a reason can be composed
 * of the field's path, this message, and what came.
 */
export function idField() {
  const expected = `text of 1 to ${MAX_ID_LENGTH} characters without lone surrogates`;
  return z
    .string(expected)
    .min(1, expected)
    .max(MAX_ID_LENGTH, expected)
    .refine((value) => value.isWellFormed(), expected);
}

export function textField() {
  const expected = `text of at most ${MAX_TEXT_LENGTH} characters`;
  return z.string(expected).max(MAX_TEXT_LENGTH, expected);
}

export function addressField() {
  const expected = 'an IPv4 or IPv6 address, such as "203.0.113.9"';
  return z.union([z.ipv4(), z.ipv6()], expected);
}

export function eventTypeField() {
  const expected = 'a name of 1 to 64 letters, digits, "_", "-" or ".", such as "page_view"';
  return z.string(expected).regex(/^[A-Za-z0-9_.-]{1,64}$/, expected);
}

export function timeField() {
  const expected = 'an ISO 8601 date and time with seconds and a time zone, such as "2026-01-31T12:00:00.000Z"';
  return z.iso.datetime({ offset: true, error: expected }).refine((value) => isUsableTime(value), expected);
}

/** A time whose UTC form has four digits of year, which is what SQL engines read. */
function isUsableTime(value: string): boolean {
  const milliseconds = Date.parse(value);
  return milliseconds >= Date.UTC(1970) && milliseconds < Date.UTC(10_000);
}
