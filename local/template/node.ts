/** A value of the template that knows its line, so that a problem found late still points at its place. */
export type TemplateNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  kind: 'map';
  line: number;
  entries: Map<string, TemplateNode>;
}

export interface ListNode {
  kind: 'list';
  line: number;
  items: TemplateNode[];
}

export interface ScalarNode {
  kind: 'scalar';
  line: number;
  value: string | number | boolean | null;
  /** As written: CloudFormation hands `1.0` on as it stands where a string is wanted. */
  text: string;
}

export function scalar(value: string | number | boolean | null, line: number): ScalarNode {
  return { kind: 'scalar', line, value, text: String(value ?? '') };
}

export function list(items: TemplateNode[], line: number): ListNode {
  return { kind: 'list', line, items };
}

export function map(entries: Iterable<[string, TemplateNode]>, line: number): MapNode {
  return { kind: 'map', line, entries: new Map(entries) };
}

/** The node as plain JSON. */
export function toJson(node: TemplateNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  return Object.fromEntries([...node.entries].map(([key, value]) => [key, toJson(value)]));
}

/** What the node is, for a message: its value when it is short, else its kind. */
export function describeNode(node: TemplateNode): string {
  if (node.kind === 'map') return `a map with ${[...node.entries.keys()].join(', ') || 'no keys'}`;
  if (node.kind === 'list') return `a list of ${node.items.length}`;
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? `"${node.value}"` : node.text;
}
