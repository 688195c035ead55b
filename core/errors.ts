/**
 * The base of every error that Millrace throws on purpose. `name` is what Step Functions' `ErrorEquals` matches,
 * `code` is dotted and stable (`visitor.version_conflict`), `details` is data for logs and never an event's payload.
 */
export class MillraceError extends Error {
  readonly code: string;
  readonly details: Record<string, unknown>;

  constructor(name: string, code: string, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.code = code;
    this.details = details;
  }
}
