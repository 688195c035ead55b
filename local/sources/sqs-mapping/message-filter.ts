import { MOST_PATTERNS, parsePattern } from '../filter-criteria/pattern.ts';
import type { SqsEventRecord } from './event.ts';

/**
 * The filter of a mapping's patterns, of which one must match. `body` is the decoded JSON of a body that is an object or
 * a list, and else its text; so a pattern for text never matches JSON, nor the other way round, as the Lambda guide says.
 * Throws an Error naming `resource` for a pattern it cannot read.
 */
export function messageFilter(patterns: string[], resource: string): (record: SqsEventRecord) => boolean {
  if (patterns.length > MOST_PATTERNS) {
    throw new Error(`${resource}: FilterCriteria has ${patterns.length} patterns, and Lambda takes at most ${MOST_PATTERNS}.`);
  }
  const parsed = patterns.map((json, index) => {
    try {
      return parsePattern(json);
    } catch (error) {
      throw new Error(`${resource}: FilterCriteria pattern ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
  return (record) => {
    if (parsed.length === 0) return true;
    const subject = { ...record, body: bodyOf(record.body) };
    return parsed.some(({ matches }) => matches(subject));
  };
}

function bodyOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : text;
  } catch {
    return text;
  }
}
