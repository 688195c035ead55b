import { describe, expect, it } from '@jest/globals';
import { answerResults, type EventResult } from './answers.ts';

const ACCEPTED: EventResult = { event_id: 'a', status: 'accepted' };
const INVALID: EventResult = { status: 'rejected', code: 'missing_field', reason: 'r' };
const NOT_STORED: EventResult = { event_id: 'n', status: 'rejected', code: 'not_stored', reason: 'r' };

describe('answerResults', () => {
  it.each([
    { name: 'all accepted', results: [ACCEPTED], statusCode: 202 },
    { name: 'one accepted among others', results: [INVALID, ACCEPTED, NOT_STORED], statusCode: 202 },
    { name: 'none valid', results: [INVALID, INVALID], statusCode: 400 },
    { name: 'none stored, so that sending again helps', results: [INVALID, NOT_STORED], statusCode: 503 },
  ])('answers $statusCode for $name', ({ results, statusCode }) => {
    const answer = answerResults(results);

    expect(answer.statusCode).toBe(statusCode);
    expect(answer.headers['retry-after']).toBe(statusCode === 503 ? '2' : undefined);
    expect(JSON.parse(answer.body)).toMatchObject({ results });
  });
});
