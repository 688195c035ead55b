import { describeNode, list, map, scalar, toJson, type TemplateNode } from './node.ts';
import type { Problems } from './problems.ts';

/** What intrinsic functions can reach. Each lookup gives undefined for what does not exist. */
export interface Scope {
  /** A parameter, a pseudo parameter or a resource. */
  ref(name: string): TemplateNode | undefined;
  attribute(logicalId: string, attribute: string): TemplateNode | undefined;
  condition(name: string): boolean | undefined;
  mapping(name: string, first: string, second: string): TemplateNode | undefined;
  /** Why a name is not there, when more is known than that; ends a message. */
  hint?(name: string): string | undefined;
}

type Evaluate = (argument: TemplateNode, context: Context) => TemplateNode | undefined;

interface Context {
  scope: Scope;
  path: string;
  problems: Problems;
}

/**
 * The node with every intrinsic function replaced by its value; undefined for `AWS::NoValue`, and for one that cannot
 * be resolved, which is added to the problems. Keys and items that come to no value are left out.
 */
export function resolve(node: TemplateNode, scope: Scope, path: string, problems: Problems): TemplateNode | undefined {
  return evaluate(node, { scope, path, problems });
}

/** Whether the node is a call of an intrinsic function, so that it must not be merged as a map. */
export function isIntrinsic(node: TemplateNode): boolean {
  return intrinsicName(node) !== undefined;
}

/** A condition's value, from `Fn::Equals` and the others; undefined when it cannot be told. */
export function resolveCondition(node: TemplateNode, scope: Scope, path: string, problems: Problems): boolean | undefined {
  return truth(evaluate(node, { scope, path, problems }), { scope, path, problems }, node.line);
}

function intrinsicName(node: TemplateNode): string | undefined {
  if (node.kind !== 'map' || node.entries.size !== 1) return undefined;
  const [key] = node.entries.keys();
  // A policy statement has a `Condition` that is a map; the intrinsic's is a condition's name.
  if (key === 'Condition') return node.entries.get(key)?.kind === 'scalar' ? key : undefined;
  return key === 'Ref' || key?.startsWith('Fn::') ? key : undefined;
}

function evaluate(node: TemplateNode, context: Context): TemplateNode | undefined {
  const name = intrinsicName(node);
  if (name !== undefined && node.kind === 'map') {
    const argument = node.entries.get(name);
    const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
    if (intrinsic === undefined || argument === undefined) {
      return fail(context, node.line, `the intrinsic function ${name} is not supported here; use ${Object.keys(INTRINSICS).join(', ')}`);
    }
    return intrinsic(argument, context);
  }
  if (node.kind === 'list') {
    return list(node.items.flatMap((item, index) => evaluate(item, below(context, String(index))) ?? []), node.line);
  }
  if (node.kind === 'map') {
    return map([...node.entries].flatMap(([key, value]): [string, TemplateNode][] => {
      const resolved = evaluate(value, below(context, key));
      return resolved === undefined ? [] : [[key, resolved]];
    }), node.line);
  }
  return node;
}

const INTRINSICS: Record<string, Evaluate> = {
  Ref: (argument, context) => {
    const name = literal(argument, context, 'a name');
    if (name === undefined || name === 'AWS::NoValue') return undefined;
    return at(context.scope.ref(name), argument.line) ?? fail(context, argument.line, `Ref finds no parameter or resource ${name}${why(context, name)}`);
  },
  'Fn::GetAtt': (argument, context) => {
    const parts = argument.kind === 'list' ? argument.items.map((item) => literal(item, context, 'a name') ?? '') : (literal(argument, context, 'LogicalId.Attribute') ?? '').split('.');
    const [logicalId = '', ...attribute] = parts;
    const value = context.scope.attribute(logicalId, attribute.join('.'));
    return at(value, argument.line) ?? fail(context, argument.line, `Fn::GetAtt finds no ${attribute.join('.') || 'attribute'} of ${logicalId || 'nothing'}${why(context, logicalId)}`);
  },
  'Fn::Sub': (argument, context) => {
    const template = literal(argument.kind === 'list' ? (argument.items[0] ?? argument) : argument, context, 'a text, or a list of a text and a map');
    const own = argument.kind === 'list' && argument.items[1]?.kind === 'map' ? argument.items[1].entries : new Map<string, TemplateNode>();
    if (template === undefined) return undefined;
    const text = template.replace(/\$\{(!?)([^}]+)\}/g, (whole, bang: string, inner: string) => {
      if (bang === '!') return `\${${inner}}`;
      const name = inner.trim();
      const ownValue = own.get(name);
      const dot = name.indexOf('.');
      const value = ownValue ? evaluate(ownValue, context) : dot > 0 ? context.scope.attribute(name.slice(0, dot), name.slice(dot + 1)) : context.scope.ref(name);
      if (value?.kind === 'scalar') return value.text;
      fail(context, argument.line, `Fn::Sub cannot replace ${whole}${why(context, dot > 0 ? name.slice(0, dot) : name)}`);
      return whole;
    });
    return scalar(text, argument.line);
  },
  'Fn::Join': (argument, context) => {
    const [delimiter, values] = argumentsOf(argument, context, 2);
    if (delimiter?.kind !== 'scalar' || values?.kind !== 'list' || values.items.some((item) => item.kind !== 'scalar')) return fail(context, argument.line, 'Fn::Join expects a delimiter and a list of texts');
    return scalar(values.items.map((item) => (item.kind === 'scalar' ? item.text : '')).join(delimiter.text), argument.line);
  },
  'Fn::Split': (argument, context) => {
    const [delimiter, text] = argumentsOf(argument, context, 2);
    if (delimiter?.kind !== 'scalar' || text?.kind !== 'scalar' || delimiter.text === '') return fail(context, argument.line, 'Fn::Split expects a delimiter and a text');
    return list(text.text.split(delimiter.text).map((part) => scalar(part, argument.line)), argument.line);
  },
  'Fn::Select': (argument, context) => {
    const [index, values] = argumentsOf(argument, context, 2);
    const chosen = index?.kind === 'scalar' && /^\d+$/.test(index.text) && values?.kind === 'list' ? values.items[Number(index.text)] : undefined;
    return chosen ?? fail(context, argument.line, 'Fn::Select expects an index that the list has, counted from 0, and a list');
  },
  'Fn::FindInMap': (argument, context) => {
    const [name, first, second] = argumentsOf(argument, context, 3);
    if (name?.kind !== 'scalar' || first?.kind !== 'scalar' || second?.kind !== 'scalar') return fail(context, argument.line, 'Fn::FindInMap expects a mapping and two keys');
    return at(context.scope.mapping(name.text, first.text, second.text), argument.line) ?? fail(context, argument.line, `Fn::FindInMap finds no ${name.text}.${first.text}.${second.text} in Mappings`);
  },
  'Fn::Base64': (argument, context) => {
    const value = evaluate(argument, context);
    return value?.kind === 'scalar' ? scalar(Buffer.from(value.text).toString('base64'), argument.line) : fail(context, argument.line, 'Fn::Base64 expects a text');
  },
  // Only the branch that holds is evaluated: the other may name what its condition leaves out.
  'Fn::If': (argument, context) => {
    const [name, then, otherwise] = argument.kind === 'list' ? argument.items : [];
    if (argument.kind !== 'list' || argument.items.length !== 3 || !name || !then || !otherwise) return fail(context, argument.line, 'Fn::If expects a condition and two values');
    const condition = conditionNamed(name, context);
    return condition === undefined ? undefined : evaluate(condition ? then : otherwise, context);
  },
  Condition: (argument, context) => {
    const condition = conditionNamed(argument, context);
    return condition === undefined ? undefined : scalar(condition, argument.line);
  },
  'Fn::Equals': (argument, context) => {
    const values = argumentsOf(argument, context, 2);
    if (values.length !== 2) return fail(context, argument.line, 'Fn::Equals expects two values');
    const [left, right] = values.map((value) => (value.kind === 'scalar' ? value.text : JSON.stringify(toJson(value))));
    return scalar(left === right, argument.line);
  },
  'Fn::Not': (argument, context) => {
    const [value] = truths(argument, context, 1, 1);
    return value === undefined ? undefined : scalar(!value, argument.line);
  },
  'Fn::And': (argument, context) => scalar(truths(argument, context, 2, 10).every(Boolean), argument.line),
  'Fn::Or': (argument, context) => scalar(truths(argument, context, 2, 10).some(Boolean), argument.line),
};

/** The evaluated arguments; fewer than `count` when the call has another shape. */
function argumentsOf(argument: TemplateNode, context: Context, count: number): TemplateNode[] {
  if (argument.kind !== 'list' || argument.items.length !== count) return [];
  return argument.items.flatMap((item) => evaluate(item, context) ?? []);
}

function truths(argument: TemplateNode, context: Context, least: number, most: number): boolean[] {
  if (argument.kind !== 'list' || argument.items.length < least || argument.items.length > most) {
    fail(context, argument.line, `expected ${least === most ? least : `${least} to ${most}`} condition(s)`);
    return [];
  }
  return argument.items.flatMap((item) => truth(evaluate(item, context), context, item.line) ?? []);
}

function truth(value: TemplateNode | undefined, context: Context, line: number): boolean | undefined {
  if (value === undefined) return undefined;
  if (value.kind === 'scalar' && (value.text === 'true' || value.text === 'false')) return value.text === 'true';
  fail(context, line, `expected a condition, got ${describeNode(value)}`);
  return undefined;
}

function conditionNamed(node: TemplateNode, context: Context): boolean | undefined {
  const name = literal(node, context, "a condition's name");
  if (name === undefined) return undefined;
  const value = context.scope.condition(name);
  if (value === undefined) fail(context, node.line, `there is no condition ${name}; declare it under Conditions`);
  return value;
}

function literal(node: TemplateNode, context: Context, expected: string): string | undefined {
  if (node.kind === 'scalar' && node.text !== '') return node.text;
  fail(context, node.line, `expected ${expected}, got ${describeNode(node)}`);
  return undefined;
}

/** The value at the line where it is used, which is where a reader looks for the mistake. */
function at(node: TemplateNode | undefined, line: number): TemplateNode | undefined {
  return node && { ...node, line };
}

function below(context: Context, key: string): Context {
  return { ...context, path: `${context.path}.${key}` };
}

function why(context: Context, name: string): string {
  return `; ${context.scope.hint?.(name) ?? 'correct the name'}`;
}

function fail(context: Context, line: number, message: string): undefined {
  context.problems.add(context.path, line, message);
  return undefined;
}
