/**
 * Compares what came out here with a recording in which changing values are placeholders: `<uuid:2>`, `<region>`,
 * `<timestamp:2022-07-13T13:48:01.000Z>`. A placeholder stands for any text of its kind; one with a number for the same
 * text wherever it stands, and for another text than its sisters of other numbers.
 */
export class Placeholders {
  private readonly bound = new Map<string, string>();

  /** Every difference as `path: expected …, got …`; none when they agree. */
  differences(expected: unknown, actual: unknown, path = ''): string[] {
    if (typeof expected === 'string' && /<[^<>]+>/.test(expected)) {
      const reason = this.mismatch(expected, actual);
      return reason ? [`${path}: ${reason}`] : [];
    }
    if (Array.isArray(expected)) {
      if (!Array.isArray(actual)) return [`${path}: expected a list, got ${JSON.stringify(actual)}`];
      const lengths = expected.length === actual.length ? [] : [`${path}: expected ${expected.length} items, got ${actual.length}`];
      return [...lengths, ...expected.slice(0, actual.length).flatMap((item, index) => this.differences(item, actual[index], `${path}[${index}]`))];
    }
    if (isObject(expected)) {
      if (!isObject(actual)) return [`${path}: expected an object, got ${JSON.stringify(actual)}`];
      const surplus = Object.keys(actual).filter((key) => !Object.hasOwn(expected, key)).map((key) => `${path}.${key}: not expected, got ${JSON.stringify(actual[key])}`);
      return [...Object.keys(expected).flatMap((key) => this.differences(expected[key], actual[key], `${path}.${key}`)), ...surplus];
    }
    return Object.is(expected, actual) ? [] : [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
  }

  private mismatch(expected: string, actual: unknown): string | undefined {
    const names: string[] = [];
    const pattern = expected.split(/(<[^<>]+>)/).map((part) => {
      if (!part.startsWith('<')) return part.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
      names.push(part);
      return kindOf(part);
    }).join('');
    const found = new RegExp(`^${pattern}$`).exec(String(actual));
    if (!found) return `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
    for (const [index, name] of names.entries()) {
      const text = found[index + 1] ?? '';
      if (!/:\d+>$/.test(name)) continue;
      const earlier = this.bound.get(name);
      if (earlier !== undefined && earlier !== text) return `${name} was ${earlier} before, got ${text}`;
      const sister = [...this.bound].find(([other, value]) => other !== name && value === text && family(other) === family(name));
      if (sister) return `${name} is ${text}, as ${sister[0]} is`;
      this.bound.set(name, text);
    }
    return undefined;
  }
}

function kindOf(placeholder: string): string {
  if (placeholder.startsWith('<uuid')) return '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
  if (placeholder.startsWith('<timestamp')) return String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z)`;
  if (placeholder.startsWith('<approximate-arrival-timestamp')) return String.raw`(\d+(?:\.\d+)?)`;
  if (placeholder.includes('sequence-number')) return String.raw`(\d+)`;
  return '(.+?)';
}

const family = (placeholder: string): string => placeholder.replace(/:\d+>$/, '');

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
