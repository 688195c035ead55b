import { list, scalar, toJson, type MapNode, type TemplateNode } from './node.ts';
import type { Problems } from './problems.ts';

const TYPES = new Set(['String', 'Number', 'CommaDelimitedList', 'List<Number>']);
const ATTRIBUTES = new Set([
  'Type', 'Default', 'Description', 'ConstraintDescription', 'NoEcho',
  'AllowedPattern', 'AllowedValues', 'MinValue', 'MaxValue', 'MinLength', 'MaxLength',
]);

/** The template's parameters with their values: as text, and as the node that `Ref` gives. */
export interface ResolvedParameters {
  texts: Record<string, string>;
  nodes: Map<string, TemplateNode>;
}

/**
 * Gives each declared parameter the value handed over, or its default, and checks it as CloudFormation does.
 * A value for a parameter that is not declared, a missing one and a broken constraint are added to the problems.
 */
export function resolveParameters(section: MapNode | undefined, given: Record<string, string>, problems: Problems): ResolvedParameters {
  const texts: Record<string, string> = {};
  const nodes = new Map<string, TemplateNode>();
  const declared = section?.entries ?? new Map<string, TemplateNode>();
  for (const name of Object.keys(given)) {
    if (!declared.has(name)) {
      problems.add(`Parameters.${name}`, undefined, `a value was given, but the template declares ${[...declared.keys()].join(', ') || 'no parameters'}; remove it or correct its name`);
    }
  }
  for (const [name, definition] of declared) {
    const path = `Parameters.${name}`;
    const value = checkedValue(definition, given[name], path, problems);
    texts[name] = value ?? '';
    nodes.set(name, refNode(definition, value ?? ''));
  }
  return { texts, nodes };
}

function checkedValue(definition: TemplateNode, given: string | undefined, path: string, problems: Problems): string | undefined {
  if (definition.kind !== 'map') {
    problems.add(path, definition.line, 'expected a map with Type and Description; write one');
    return undefined;
  }
  const { line } = definition;
  for (const [key, { line: at }] of definition.entries) {
    if (!ATTRIBUTES.has(key)) problems.add(`${path}.${key}`, at, `a parameter has no attribute ${key}; remove it`);
  }
  const type = text(definition, 'Type');
  if (type === undefined || !TYPES.has(type)) {
    problems.add(`${path}.Type`, line, `expected ${[...TYPES].join(', ')}, got ${type ?? 'none'}; the local cloud has no other types`);
    return undefined;
  }
  const value = given ?? text(definition, 'Default');
  if (value === undefined) {
    problems.add(path, line, 'has no default and no value was given; give one');
    return undefined;
  }
  const broken = brokenConstraint(definition, type, value);
  if (broken !== undefined) {
    const hint = text(definition, 'ConstraintDescription');
    problems.add(path, line, `${broken}, got "${value}"${hint === undefined ? '' : ` (${hint})`}; give another value`);
    return undefined;
  }
  return value;
}

/** What CloudFormation would demand of the value, or undefined when it meets everything. */
function brokenConstraint(definition: MapNode, type: string, value: string): string | undefined {
  const isList = type === 'CommaDelimitedList' || type === 'List<Number>';
  const values = isList ? splitList(value) : [value];
  const allowed = definition.entries.get('AllowedValues');
  const pattern = text(definition, 'AllowedPattern');
  for (const item of values) {
    if ((type === 'Number' || type === 'List<Number>') && (item.trim() === '' || !Number.isFinite(Number(item)))) return 'expected a number';
    if (allowed?.kind === 'list' && !allowed.items.some((option) => String(toJson(option)) === item)) {
      return `expected one of ${allowed.items.map((option) => String(toJson(option))).join(', ')}`;
    }
    // CloudFormation matches the whole value, whether the pattern is anchored or not.
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(item)) return `expected a value that matches ${pattern}`;
  }
  const bound = (key: string) => (text(definition, key) === undefined ? undefined : Number(text(definition, key)));
  const [minValue, maxValue, minLength, maxLength] = [bound('MinValue'), bound('MaxValue'), bound('MinLength'), bound('MaxLength')];
  if (minValue !== undefined && Number(value) < minValue) return `expected at least ${minValue}`;
  if (maxValue !== undefined && Number(value) > maxValue) return `expected at most ${maxValue}`;
  if (minLength !== undefined && value.length < minLength) return `expected at least ${minLength} characters`;
  if (maxLength !== undefined && value.length > maxLength) return `expected at most ${maxLength} characters, got ${value.length}`;
  return undefined;
}

function refNode(definition: TemplateNode, value: string): TemplateNode {
  const type = definition.kind === 'map' ? text(definition, 'Type') : undefined;
  const isList = type === 'CommaDelimitedList' || type === 'List<Number>';
  return isList ? list(splitList(value).map((item) => scalar(item, definition.line)), definition.line) : scalar(value, definition.line);
}

function splitList(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}

function text(definition: MapNode, key: string): string | undefined {
  const node = definition.entries.get(key);
  return node?.kind === 'scalar' ? node.text : undefined;
}
