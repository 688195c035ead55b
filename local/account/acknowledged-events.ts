import { mkdirSync, openSync, closeSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Invocation } from '../invoke/invocation.ts';

const HOUR_MS = 3_600_000;
const HOUR_FILE = /^(\d{4}-\d\d-\d\dT\d\d)\.ids$/;

/**
 * The ids of all events that the API answered `accepted`, a file an hour, written before the answer leaves: whatever
 * is killed afterwards, the account knows what was promised.
 */
export class AcknowledgedEvents {
  readonly #folder: string;
  readonly #clock: Clock;
  #open: { hour: string; fd: number } | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    mkdirSync(folder, { recursive: true });
  }

  /** Takes note of what a function behind the API answers. */
  note({ payload }: Pick<Invocation, 'payload'>): void {
    const ids = acceptedIds(payload);
    if (ids.length === 0) return;
    writeSync(this.#file(), ids.map((id) => `${JSON.stringify(id)}\n`).join(''));
  }

  /** Those of every hour that began at `horizonMs` or later; once more where an event was acknowledged twice. */
  *since(horizonMs: number): Iterable<string[]> {
    for (const { file, hourMs } of this.#hours()) {
      if (hourMs < horizonMs) continue;
      // A kill in the middle of a write leaves a torn last line, whose answer never left.
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      yield lines.flatMap(idOf);
    }
  }

  /** Deletes the hours that ended before `horizonMs`. */
  forgetBefore(horizonMs: number): void {
    for (const { file, hourMs } of this.#hours()) if (hourMs + HOUR_MS < horizonMs) rmSync(file);
  }

  #file(): number {
    const hour = new Date(this.#clock.now()).toISOString().slice(0, 13);
    if (this.#open?.hour !== hour) {
      if (this.#open) closeSync(this.#open.fd);
      this.#open = { hour, fd: openSync(join(this.#folder, `${hour}.ids`), 'a') };
    }
    return this.#open.fd;
  }

  #hours(): { file: string; hourMs: number }[] {
    return readdirSync(this.#folder).flatMap((name) => {
      const hour = HOUR_FILE.exec(name)?.[1];
      return hour === undefined ? [] : [{ file: join(this.#folder, name), hourMs: Date.parse(`${hour}:00:00Z`) }];
    });
  }
}

/** None for a line that a kill tore and the next run wrote on. */
function idOf(line: string): string[] {
  try {
    return [JSON.parse(line) as string];
  } catch {
    return [];
  }
}

/** The ids that an answer of ingest-events accepts; none for any other answer. */
function acceptedIds(payload: unknown): string[] {
  const { statusCode, body } = (payload ?? {}) as { statusCode?: unknown; body?: unknown };
  if (statusCode !== 202 || typeof body !== 'string') return [];
  try {
    const { results } = JSON.parse(body) as { results?: { event_id?: unknown; status?: unknown }[] };
    return (results ?? []).flatMap(({ event_id, status }) => (status === 'accepted' && typeof event_id === 'string' ? [event_id] : []));
  } catch {
    return [];
  }
}
