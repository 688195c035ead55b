/** One thing in a template that keeps it from running here. */
export interface Problem {
  /** `LogicalId.Properties.X.Y`, `Parameters.X`, or the section. */
  path: string;
  /** Line in the template, counted from 1; undefined for what the template does not say. */
  line: number | undefined;
  /** What was expected, what came, and what to do. */
  message: string;
}

/** Collects every problem of a template, so that one run names all of them. */
export class Problems {
  readonly list: Problem[] = [];

  add(path: string, line: number | undefined, message: string): void {
    const same = (other: Problem) => other.path === path && other.line === line && other.message === message;
    if (!this.list.some(same)) this.list.push({ path, line, message });
  }

  /** Throws a TemplateError with all problems in the order of the lines, or does nothing when there are none. */
  throwIfAny(file: string): void {
    if (this.list.length > 0) throw new TemplateError(file, this.list);
  }
}

/** A template that cannot run here; the message has one line for each problem. */
export class TemplateError extends Error {
  readonly problems: Problem[];

  constructor(file: string, problems: Problem[]) {
    const sorted = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`;
    super(`${file} cannot run here: ${count}.\n${sorted.map(describe).join('\n')}`);
    this.name = 'TemplateError';
    this.problems = sorted;
  }
}

function describe({ path, line, message }: Problem): string {
  return `  ${path}${line === undefined ? '' : ` (line ${line})`}: ${message}`;
}
