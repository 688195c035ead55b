import { expect, test } from '@jest/globals';

import { invocationFailure, judgeResponse } from './transform-response.ts';

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const ok = (recordId: string) => ({ recordId, result: 'Ok', data: b64(`data of ${recordId}`) });
const summary = (payload: unknown): string[] => judgeResponse(payload, ['1', '2']).map((verdict) => ('errorCode' in verdict ? `${verdict.result} ${verdict.errorCode}` : `${verdict.result} ${verdict.data}`));

test.each<[string, unknown, string[]]>([
  ['all Ok, in another order', { records: [ok('2'), ok('1')] }, ['Ok data of 1', 'Ok data of 2']],
  ['one dropped, its data read', { records: [ok('1'), { recordId: '2', result: 'Dropped', data: b64('why') }] }, ['Ok data of 1', 'Dropped why']],
  ['one dropped without data', { records: [ok('1'), { recordId: '2', result: 'Dropped' }] }, ['Ok data of 1', 'Dropped undefined']],
  ['one that the function failed', { records: [ok('1'), { recordId: '2', result: 'ProcessingFailed', data: b64('{}') }] }, ['Ok data of 1', 'ProcessingFailed Lambda.ProcessingFailedStatus']],
  ['one missing', { records: [ok('1')] }, ['Ok data of 1', 'Failed Lambda.MissingRecordId']],
  ['one twice', { records: [ok('1'), ok('2'), ok('2')] }, ['Ok data of 1', 'Failed Lambda.DuplicatedRecordId']],
  ['one that was not asked for', { records: [ok('1'), ok('2'), ok('3')] }, ['Ok data of 1', 'Ok data of 2']],
  ['Ok without data', { records: [ok('1'), { recordId: '2', result: 'Ok' }] }, ['Ok data of 1', 'Failed Lambda.InvalidReturnFormat']],
  ['Ok with empty data', { records: [ok('1'), { recordId: '2', result: 'Ok', data: '' }] }, ['Ok data of 1', 'Ok ']],
  ['a result that is none', { records: [ok('1'), { recordId: '2', result: 'ok', data: '' }] }, ['Failed Lambda.FunctionError', 'Failed Lambda.FunctionError']],
  ['data that is no base64', { records: [ok('1'), { recordId: '2', result: 'Ok', data: '{"a":1}' }] }, ['Failed Lambda.FunctionError', 'Failed Lambda.FunctionError']],
  ['no records', {}, ['Failed Lambda.MissingRecordId', 'Failed Lambda.MissingRecordId']],
  ['nothing', undefined, ['Failed Lambda.MissingRecordId', 'Failed Lambda.MissingRecordId']],
  ['records that are no list', { records: { '1': ok('1') } }, ['Failed Lambda.JsonProcessingException', 'Failed Lambda.JsonProcessingException']],
  ['more than 6 MB', { records: [{ ...ok('1'), data: 'A'.repeat(6_291_560) }, ok('2')] }, ['Failed Lambda.FunctionError', 'Failed Lambda.FunctionError']],
])('an answer with %s', (_name, payload, verdicts) => {
  expect(summary(payload)).toEqual(verdicts);
});

test.each([
  ['an exception', { errorType: 'TypeError', errorMessage: 'x is undefined' }, 'Lambda.FunctionError'],
  ['a timeout', { errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: 1 Error: Task timed out after 3.00 seconds' }, 'Lambda.FunctionTimedOut'],
  ['a timeout in the older words', { errorMessage: '2022-06-08T17:42:30.092Z 1 Task timed out after 3.00 seconds' }, 'Lambda.FunctionTimedOut'],
])('an invocation that ended with %s is to be tried again', (_name, payload, errorCode) => {
  const invocation = { requestId: '1', logs: [], metrics: [], coldStart: false, durationMs: 1, payload };
  expect(invocationFailure({ ...invocation, functionError: 'Unhandled' })).toMatchObject({ errorCode });
  expect(invocationFailure({ ...invocation, functionError: undefined })).toBeUndefined();
});
