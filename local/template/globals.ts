import { isIntrinsic } from './intrinsics.ts';
import { list, map, type MapNode, type TemplateNode } from './node.ts';
import type { Problems } from './problems.ts';

const SECTIONS: Record<string, string> = {
  'AWS::Serverless::Function': 'Function',
  'AWS::Serverless::HttpApi': 'HttpApi',
  'AWS::Serverless::LayerVersion': 'LayerVersion',
};

/** Adds a problem for each section of Globals whose resource type is not supported here. */
export function checkGlobals(globals: MapNode | undefined, problems: Problems): void {
  const known = Object.values(SECTIONS);
  for (const [section, node] of globals?.entries ?? []) {
    if (!known.includes(section)) problems.add(`Globals.${section}`, node.line, `expected ${known.join(', ')}; the local cloud has no other section: remove it`);
  }
}

/**
 * A resource's properties over those of Globals, as SAM merges them: maps key by key, lists with the global items
 * first, anything else by the resource's own value
 * (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html).
 */
export function withGlobals(type: string, properties: MapNode, globals: MapNode | undefined): MapNode {
  const section = Object.hasOwn(SECTIONS, type) ? globals?.entries.get(SECTIONS[type] ?? '') : undefined;
  const merged = section === undefined ? properties : merge(section, properties);
  return merged.kind === 'map' ? merged : properties;
}

function merge(global: TemplateNode, own: TemplateNode): TemplateNode {
  if (isIntrinsic(global) || isIntrinsic(own)) return own;
  if (global.kind === 'list' && own.kind === 'list') return list([...global.items, ...own.items], own.line);
  if (global.kind !== 'map' || own.kind !== 'map') return own;
  const entries = new Map(global.entries);
  for (const [key, value] of own.entries) {
    const inherited = entries.get(key);
    entries.set(key, inherited === undefined ? value : merge(inherited, value));
  }
  return map(entries, own.line);
}
