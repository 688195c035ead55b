import type * as z from 'zod';

/** Why one event is not taken: a stable code, and a sentence that names the field, what was expected and what came. */
export interface Rejection {
  code: string;
  reason: string;
}

/** Longest piece of a received value that a reason shows, in UTF-16 units. */
const SHOWN_LENGTH = 40;

/** The first problem that zod found in `value`, in words for the one who sent it. */
export function explain(issue: z.core.$ZodIssue, value: unknown): Rejection {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, 3).map(show).join(', ');
    return {
      code: 'unknown_field',
      reason: `${names}: expected only the fields of the event schema; put your own data under "properties"`,
    };
  }
  const field = issue.path.map(String).join('.');
  const came = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (field === '') return { code: 'not_an_object', reason: `expected an event as a JSON object; got ${describe(value)}` };
  if (came === undefined) return { code: 'missing_field', reason: `${field}: expected ${issue.message}; got nothing` };
  return { code: 'invalid_field', reason: `${field}: expected ${issue.message}; got ${describe(came)}` };
}

/** A JSON value in a few words: never more than a piece of it. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `text ${show(value)}${value.length > SHOWN_LENGTH ? ` of ${value.length} characters` : ''}`;
  return `${typeof value} ${String(value)}`;
}

function show(value: string): string {
  return JSON.stringify(value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value);
}
