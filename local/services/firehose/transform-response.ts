import type { Invocation } from '../../invoke/invocation.ts';

/** What becomes of one record of a batch. */
export type Verdict =
  | { result: 'Ok'; data: Buffer }
  | { result: 'Dropped'; data: string | undefined }
  | { result: 'ProcessingFailed' | 'Failed'; data: string | undefined; errorCode: string; errorMessage: string };

export interface TransformFailure {
  errorCode: string;
  errorMessage: string;
}

/** Lambda's largest answer to a synchronous invocation. */
const RESPONSE_MAX_BYTES = 6_291_556;

// Codes and messages of Firehose: its table of Lambda invocation errors, and error objects seen on AWS.
// https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
export const FUNCTION_ERROR: TransformFailure = {
  errorCode: 'Lambda.FunctionError',
  errorMessage: 'The Lambda function was successfully invoked but it returned an error result.',
};
export const FUNCTION_TIMED_OUT: TransformFailure = {
  errorCode: 'Lambda.FunctionTimedOut',
  errorMessage: 'The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function.',
};
export const INVOKE_LIMIT_EXCEEDED: TransformFailure = {
  errorCode: 'Lambda.InvokeLimitExceeded',
  errorMessage: 'The Lambda concurrent execution limit is exceeded. Increase the concurrent execution limit.',
};
const JSON_PROCESSING: TransformFailure = {
  errorCode: 'Lambda.JsonProcessingException',
  errorMessage: 'There was an error parsing returned records from the Lambda function. Ensure that the returned records follow the status model required by Kinesis Data Firehose.',
};
const WRONG_FORMAT: TransformFailure = {
  errorCode: 'Lambda.FunctionError',
  errorMessage:
    'Check your function and make sure the output is in required format. In addition to that, make sure the processed records contain valid result status of Dropped, Ok, or ProcessingFailed',
};
const MISSING: TransformFailure = {
  errorCode: 'Lambda.MissingRecordId',
  errorMessage: 'One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.',
};
const DUPLICATED: TransformFailure = {
  errorCode: 'Lambda.DuplicatedRecordId',
  errorMessage: 'Multiple records were returned with the same record Id. Ensure that the Lambda function returns a unique record Id for each record.',
};
const STATUS_FAILED: TransformFailure = { errorCode: 'Lambda.ProcessingFailedStatus', errorMessage: 'ProcessingFailed status set for record' };
const NULL_DATA: TransformFailure = {
  errorCode: 'Lambda.InvalidReturnFormat',
  errorMessage:
    'The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource and processing result is Ok. The value field cannot be null when the SourceType is MSKAsSource and processing result is Ok.',
};

/** Why an invocation has to be tried again; undefined when the function answered, whatever it answered. */
export function invocationFailure({ functionError, payload }: Invocation): TransformFailure | undefined {
  if (functionError === undefined) return undefined;
  const { errorMessage, errorType } = (payload ?? {}) as { errorMessage?: unknown; errorType?: unknown };
  const hasTimedOut = errorType === 'Sandbox.Timedout' || / Task timed out after /.test(String(errorMessage));
  return hasTimedOut ? FUNCTION_TIMED_OUT : FUNCTION_ERROR;
}

interface ReturnedRecord {
  recordId?: unknown;
  result?: unknown;
  data?: unknown;
}

/**
 * Judges a function's answer record by record, in the order of `recordIds`. An id that was not asked for is ignored;
 * one that is missing or comes twice fails that record. A result that is none of the three, and data of an Ok record
 * that is no base64, fail the batch, as was seen on AWS. What was answered is final: none of this is tried again.
 */
export function judgeResponse(payload: unknown, recordIds: readonly string[]): Verdict[] {
  const records = (payload as { records?: unknown } | null | undefined)?.records ?? [];
  if (!Array.isArray(records) || !records.every((record) => typeof record === 'object' && record !== null)) return failAll(recordIds, JSON_PROCESSING);
  const returned = new Map<unknown, ReturnedRecord | 'twice'>();
  let answerBytes = 0;
  for (const record of records as ReturnedRecord[]) {
    if (!['Ok', 'Dropped', 'ProcessingFailed'].includes(record.result as string)) return failAll(recordIds, WRONG_FORMAT);
    if (record.result === 'Ok' && typeof record.data === 'string' && !isBase64(record.data)) return failAll(recordIds, WRONG_FORMAT);
    answerBytes += typeof record.data === 'string' ? record.data.length : 0;
    returned.set(record.recordId, returned.has(record.recordId) ? 'twice' : record);
  }
  if (answerBytes > RESPONSE_MAX_BYTES) return failAll(recordIds, FUNCTION_ERROR);
  return recordIds.map((recordId) => verdictOf(returned.get(recordId)));
}

/** The same failure for each record of a batch. */
export function failAll(recordIds: readonly string[], failure: TransformFailure): Verdict[] {
  return recordIds.map(() => failed(failure));
}

function verdictOf(record: ReturnedRecord | 'twice' | undefined): Verdict {
  if (record === undefined) return failed(MISSING);
  if (record === 'twice') return failed(DUPLICATED);
  const data = typeof record.data === 'string' ? Buffer.from(record.data, 'base64') : undefined;
  if (record.result === 'Dropped') return { result: 'Dropped', data: data?.toString('utf8') };
  if (record.result === 'ProcessingFailed') return { result: 'ProcessingFailed', data: data?.toString('utf8'), ...STATUS_FAILED };
  return data ? { result: 'Ok', data } : failed(NULL_DATA);
}

function failed(failure: TransformFailure): Verdict {
  return { result: 'Failed', data: undefined, ...failure };
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
