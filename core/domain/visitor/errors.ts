import { MillraceError } from '../../errors.ts';

/** Somebody else wrote the visitor's state between our read and our write. */
export class VersionConflictError extends MillraceError {
  constructor(expectedVersion: number, cause?: unknown) {
    super('VersionConflictError', 'visitor.version_conflict', `expected version ${expectedVersion} of the visitor's state; another one is stored: read it and fold again`, { expectedVersion }, cause);
  }
}

/** A unit of work that was not begun because the function's time is nearly over; Lambda delivers it again. */
export class NotStartedError extends MillraceError {
  constructor(remainingMs: number, neededMs: number) {
    super('NotStartedError', 'batch.not_started', `expected at least ${neededMs} ms before the function's deadline to begin; ${remainingMs} ms are left: the record comes again`, { remainingMs, neededMs });
  }
}
