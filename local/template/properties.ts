import { describeNode, toJson, type MapNode, type TemplateNode } from './node.ts';
import type { Problems } from './problems.ts';

interface NumberLimits {
  min?: number;
  max?: number;
}

/**
 * Reads the properties of one resource, or of a map inside it, each by its name and kind. A missing or wrong one is
 * added to the problems and its default (or an empty value) returned, so that reading goes on; `end` adds every
 * property that nobody asked for.
 */
export class Properties {
  readonly path: string;
  readonly line: number;
  readonly #entries: Map<string, TemplateNode>;
  readonly #problems: Problems;
  readonly #known = new Set<string>();

  constructor(node: MapNode, path: string, problems: Problems) {
    this.path = path;
    this.line = node.line;
    this.#entries = node.entries;
    this.#problems = problems;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The raw node, or undefined; for what has more than one shape. */
  node(key: string): TemplateNode | undefined {
    this.#known.add(key);
    return this.#entries.get(key);
  }

  /** A text that must be there. */
  text(key: string): string {
    return this.optionalText(key) ?? this.#missing(key);
  }

  optionalText(key: string): string | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && node.value !== null) return node.text;
    this.problem(key, `expected a text, got ${describeNode(node)}`);
    return '';
  }

  /** One of the values; the first is returned when another one came. */
  oneOf<T extends string>(key: string, values: readonly [T, ...T[]], fallback?: T): T {
    const text = fallback === undefined ? this.text(key) : (this.optionalText(key) ?? fallback);
    const value = values.find((candidate) => candidate === text);
    if (value === undefined && this.has(key)) this.problem(key, `expected ${values.join(' or ')}, got "${text}"; the local cloud does no other`);
    return value ?? values[0];
  }

  number(key: string, fallback: number, limits: NumberLimits = {}): number {
    return this.optionalNumber(key, limits) ?? fallback;
  }

  optionalNumber(key: string, { min = -Infinity, max = Infinity }: NumberLimits = {}): number | undefined {
    const text = this.optionalText(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) this.problem(key, `expected a number, got "${text}"`);
    else if (value < min || value > max) this.problem(key, `expected ${min} to ${max}, got ${text}`);
    return value;
  }

  flag(key: string, fallback: boolean): boolean {
    const text = this.optionalText(key);
    if (text !== undefined && text !== 'true' && text !== 'false') this.problem(key, `expected true or false, got "${text}"`);
    return text === undefined ? fallback : text === 'true';
  }

  /** The items of a list; a missing one is empty. */
  items(key: string): TemplateNode[] {
    const node = this.node(key);
    if (node === undefined || node.kind === 'list') return node?.items ?? [];
    this.problem(key, `expected a list, got ${describeNode(node)}`);
    return [];
  }

  texts(key: string): string[] {
    return this.items(key).map((item, index) => {
      if (item.kind === 'scalar') return item.text;
      this.problem(`${key}.${index}`, `expected a text, got ${describeNode(item)}`, item.line);
      return '';
    });
  }

  /** The maps of a list, each with a reader of its own. */
  maps(key: string): Properties[] {
    return this.items(key).flatMap((item, index) => this.#inner(`${key}.${index}`, item) ?? []);
  }

  map(key: string): Properties | undefined {
    const node = this.node(key);
    return node && this.#inner(key, node);
  }

  /** A map of texts, as the environment is; keys are free. */
  textMap(key: string): Record<string, string> {
    const inner = this.map(key);
    return inner === undefined ? {} : Object.fromEntries([...inner.keys()].map((name) => [name, inner.text(name)]));
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** Accepts properties that change nothing on a laptop. */
  withoutEffect(...keys: string[]): void {
    for (const key of keys) this.#known.add(key);
  }

  /** Adds a problem at the property, or at its map when it is missing. */
  problem(key: string, message: string, line: number | undefined = this.#entries.get(key)?.line): void {
    this.#problems.add(`${this.path}.${key}`, line ?? this.line, message);
  }

  /** Adds a problem for each property that was not read. */
  end(): void {
    for (const [key, node] of this.#entries) {
      if (this.#known.has(key)) continue;
      this.#problems.add(
        `${this.path}.${key}`,
        node.line,
        `the local cloud does not know this property (${summary(node)}); it knows ${[...this.#known].sort().join(', ') || 'none'}: remove it, or make the local cloud support it`,
      );
    }
  }

  #inner(key: string, node: TemplateNode): Properties | undefined {
    if (node.kind === 'map') return new Properties(node, `${this.path}.${key}`, this.#problems);
    this.problem(key, `expected a map, got ${describeNode(node)}`, node.line);
    return undefined;
  }

  #missing(key: string): string {
    this.problem(key, 'is required and missing; write it');
    return '';
  }
}

/** The node as JSON when that is short. */
function summary(node: TemplateNode): string {
  const json = JSON.stringify(toJson(node));
  return json.length <= 60 ? json : describeNode(node);
}
