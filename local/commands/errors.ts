/** The command line is not one this command can run; the message says what was expected, what came and what to do. Exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The command could not do its work for a reason that its user can act on; the message is all they need. Exit code 1. */
export class CommandError extends Error {
  override name = 'CommandError';
}
