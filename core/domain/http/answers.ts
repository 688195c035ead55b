/** An HTTP answer in the shape that an HTTP API takes from a function (payload format 2.0). */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** What became of one event of a request; results are in the order of the request. */
export type EventResult =
  | { event_id: string; status: 'accepted' }
  | { event_id?: string | undefined; status: 'rejected'; code: string; reason: string };

/** How long a client should wait before it sends again what the stream did not take, in seconds. */
export const RETRY_AFTER_SECONDS = 2;

/**
 * The answer to a request whose events were each decided upon: 202 when at least one was accepted, 503 when none was
 * and sending again helps, 400 when none can ever be.
 */
export function answerResults(results: readonly EventResult[]): HttpAnswer {
  const accepted = results.filter(({ status }) => status === 'accepted').length;
  const mayHelp = results.some((result) => result.status === 'rejected' && result.code === 'not_stored');
  const statusCode = accepted > 0 ? 202 : mayHelp ? 503 : 400;
  return {
    statusCode,
    headers: {
      'content-type': 'application/json',
      ...(statusCode === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
    },
    body: JSON.stringify({ accepted, rejected: results.length - accepted, results }),
  };
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
};

/** A request that is refused as a whole, as a JSON problem (RFC 9457) with a stable `code`. */
export function answerProblem(status: 400 | 401 | 413 | 415, code: string, detail: string): HttpAnswer {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 401 ? { 'www-authenticate': 'Basic realm="write key"' } : {}),
    },
    body: JSON.stringify({ type: 'about:blank', title: TITLES[status], status, code, detail }),
  };
}
