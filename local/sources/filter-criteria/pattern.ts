/** A parsed filter: tells whether an object matches. */
export type Pattern = (value: unknown) => boolean;

type Leaf = (value: Primitive) => boolean;
type Primitive = string | number | boolean | null;
/** What a rule asks of the values under its key; `absent` decides when the key is not there. */
interface Rule {
  present: Leaf;
  absent: boolean;
}

/** AWS's limits of FilterCriteria. */
export const MOST_PATTERNS = 5;
export const LONGEST_PATTERN_CHARACTERS = 4_096;

/**
 * Reads one filter of FilterCriteria in the pattern language of EventBridge, as far as Lambda supports it:
 * equality (null and "" included), prefix, suffix, equals-ignore-case, anything-but, numeric, exists and $or.
 * Source: "Filter rule syntax" in the Lambda guide. Throws an Error that says where the pattern is wrong.
 */
export function parsePattern(json: string): { matches: Pattern; keys: string[] } {
  if (json.length > LONGEST_PATTERN_CHARACTERS) {
    throw new Error(`a pattern of ${json.length} characters is longer than the ${LONGEST_PATTERN_CHARACTERS} that Lambda takes`);
  }
  let pattern: unknown;
  try {
    pattern = JSON.parse(json);
  } catch (error) {
    throw new Error(`not JSON (${(error as Error).message}): ${json}`, { cause: error });
  }
  if (!isObject(pattern)) throw new Error(`expected an object, got ${json}`);
  return { matches: objectPattern(pattern, '$'), keys: topKeys(pattern) };
}

/** The keys that the pattern asks for at the top, also inside $or. */
function topKeys(pattern: Record<string, unknown>): string[] {
  return Object.entries(pattern).flatMap(([key, rule]) =>
    key === '$or' ? (rule as Record<string, unknown>[]).flatMap(topKeys) : [key],
  );
}

function objectPattern(pattern: Record<string, unknown>, path: string): Pattern {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new Error(`${path}: an empty object matches nothing; name a key`);
  const tests = entries.map(([key, rule]): Pattern => {
    const where = `${path}.${key}`;
    if (key === '$or') return anyOf(rule, where);
    if (isObject(rule)) {
      const inner = objectPattern(rule, where);
      return (value) => someElement(member(value, key), inner);
    }
    return keyTest(key, rules(rule, where));
  });
  // What is no object has none of the keys, which is all that a pattern of absences asks.
  return (value) => tests.every((one) => one(isObject(value) ? value : {}));
}

function anyOf(rule: unknown, where: string): Pattern {
  if (!Array.isArray(rule) || rule.length < 2 || !rule.every(isObject)) {
    throw new Error(`${where}: expected a list of at least two objects, got ${JSON.stringify(rule)}`);
  }
  const choices = rule.map((choice, index) => objectPattern(choice, `${where}[${index}]`));
  return (value) => choices.some((choice) => choice(value));
}

function keyTest(key: string, alternatives: Rule[]): Pattern {
  return (object) => {
    const value = member(object, key);
    // `exists` looks at leaf nodes only; an object is none.
    const leaves = (Array.isArray(value) ? value.flat(Infinity) : [value]).filter(isPrimitive);
    if (leaves.length === 0) return (value === undefined || isEmptyList(value)) && alternatives.some(({ absent }) => absent);
    return alternatives.some(({ present }) => leaves.some(present));
  };
}

function rules(list: unknown, where: string): Rule[] {
  if (!Array.isArray(list) || list.length === 0) {
    throw new Error(`${where}: expected a list of values or rules, such as ["a"] or [{"prefix":"a"}], got ${JSON.stringify(list)}`);
  }
  return list.map((item) => (isPrimitive(item) ? { present: (value) => value === item, absent: false } : operator(item, where)));
}

function operator(item: unknown, where: string): Rule {
  const [[name, operand] = ['', undefined], ...more] = isObject(item) ? Object.entries(item) : [];
  if (!name || more.length > 0) throw new Error(`${where}: expected one rule an object, got ${JSON.stringify(item)}`);
  if (name === 'exists' && typeof operand === 'boolean') return { present: () => operand, absent: !operand };
  const present = comparison(name, operand);
  if (present) return { present, absent: false };
  throw new Error(
    `${where}: ${JSON.stringify(item)} is not a rule that Lambda's filters know. ` +
      'Known: prefix, suffix, equals-ignore-case (a string), anything-but (a value or a list), numeric (["=", 1] or a range), exists (true or false).',
  );
}

function comparison(name: string, operand: unknown): Leaf | undefined {
  if (typeof operand === 'string') {
    if (name === 'prefix') return (value) => typeof value === 'string' && value.startsWith(operand);
    if (name === 'suffix') return (value) => typeof value === 'string' && value.endsWith(operand);
    if (name === 'equals-ignore-case') return (value) => typeof value === 'string' && value.toLowerCase() === operand.toLowerCase();
  }
  if (name === 'anything-but') {
    const excluded = Array.isArray(operand) ? operand : [operand];
    return excluded.length > 0 && excluded.every(isPrimitive) ? (value) => !excluded.includes(value) : undefined;
  }
  return name === 'numeric' ? numeric(operand) : undefined;
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(operand: unknown): Leaf | undefined {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) return undefined;
  const bounds: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = COMPARISONS[operand[index]];
    const bound: unknown = operand[index + 1];
    if (!compare || typeof bound !== 'number') return undefined;
    bounds.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && bounds.every((isWithin) => isWithin(value));
}

/** A list of objects matches when one of them has all that is asked. */
function someElement(value: unknown, test: Pattern): boolean {
  return Array.isArray(value) && value.some(isObject) ? value.some((element) => isObject(element) && test(element)) : test(value);
}

const member = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPrimitive = (value: unknown): value is Primitive => value === null || ['string', 'number', 'boolean'].includes(typeof value);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
