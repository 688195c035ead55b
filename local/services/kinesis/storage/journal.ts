/** What a journal makes durable. */
export interface Journaled {
  flush(): void;
  /** Called after each attempt to flush; what became durable is seen in the log itself. */
  flushed(): void;
}

/**
 * Writes what the logs took in one turn of the event loop together: an answer that waited for `durable`
 * stands for bytes that outlive this process. Without files it is immediate.
 */
export class Journal {
  readonly #keepsFiles: boolean;
  readonly #dirty = new Set<Journaled>();
  #flush: Promise<void> | undefined;

  constructor(keepsFiles: boolean) {
    this.#keepsFiles = keepsFiles;
  }

  /** Resolves when what `logs` hold now is durable; rejects when it could not be written. */
  durable(logs: Iterable<Journaled>): Promise<void> | void {
    if (!this.#keepsFiles) {
      for (const log of logs) log.flushed();
      return;
    }
    for (const log of logs) this.#dirty.add(log);
    this.#flush ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.flushNow();
          resolve();
        } catch (cause) {
          reject(cause instanceof Error ? cause : new Error(String(cause)));
        }
      });
    });
    return this.#flush;
  }

  /** Writes at once what waits for the end of the turn; before a stop, too. */
  flushNow(): void {
    this.#flush = undefined;
    const batch = [...this.#dirty];
    this.#dirty.clear();
    try {
      for (const log of batch) log.flush();
    } finally {
      for (const log of batch) log.flushed();
    }
  }
}
