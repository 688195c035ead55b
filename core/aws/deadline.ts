import type { S3Client } from '@aws-sdk/client-s3';

/**
 * Kept between the last moment of a call and the function's time-out, in milliseconds: an SDK client may still wait
 * up to 500 ms before its second attempt, and our own up to 200 ms, until either sees that the time is over.
 */
export const ANSWER_RESERVE_MS = 1_500;

/**
 * The time that is left to one invocation for calls. What is in flight when it is over is aborted, and what comes
 * later fails at once with an AbortError, which the SDK does not retry: so a function always answers, even when
 * a service only hangs.
 */
export class CallDeadline {
  #signal = new AbortController().signal;

  /** Covers all calls of these SDK clients, those too that libraries make with them. */
  constructor(clients: readonly Client[]) {
    for (const { config: { requestHandler } } of clients) {
      const handle = requestHandler.handle.bind(requestHandler);
      requestHandler.handle = async (request, options) => handle(request, { ...options, abortSignal: this.#signal });
    }
  }

  /** Begins an invocation that has `remainingMs` until its time-out. */
  begin(remainingMs: number): void {
    this.#signal = AbortSignal.timeout(Math.max(0, remainingMs - ANSWER_RESERVE_MS));
  }
}

interface Client {
  config: { requestHandler: RequestHandler };
}
type RequestHandler = S3Client['config']['requestHandler'];
