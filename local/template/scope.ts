import { resolve, resolveCondition, type Scope } from './intrinsics.ts';
import { scalar, type MapNode, type TemplateNode } from './node.ts';
import type { ResourceNames, StackPlace } from './physical-names.ts';
import type { Problems } from './problems.ts';

/** A resource whose type is known, Globals merged in, its values not yet resolved. */
export interface Resource {
  logicalId: string;
  type: string;
  names: ResourceNames;
  node: MapNode;
  properties: MapNode;
}

interface ScopeParts {
  place: StackPlace;
  parameterNodes: Map<string, TemplateNode>;
  resources: Map<string, Resource>;
  /** Resources whose condition does not hold, with its name. */
  leftOut: Map<string, string>;
  conditions: MapNode | undefined;
  mappings: MapNode | undefined;
  problems: Problems;
}

/** What the template's intrinsic functions can reach: parameters, the stack's place, resources, conditions, mappings. */
export function scopeOf({ place, parameterNodes, resources, leftOut, conditions, mappings, problems }: ScopeParts): Scope {
  const pseudo: Record<string, string> = {
    'AWS::AccountId': place.accountId,
    'AWS::Partition': 'aws',
    'AWS::Region': place.region,
    'AWS::StackId': `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${place.stackName}/local`,
    'AWS::StackName': place.stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const underWay = new Set<string>();
  const known = new Map<string, boolean | undefined>();
  const scope: Scope = {
    ref(name) {
      if (Object.hasOwn(pseudo, name)) return scalar(pseudo[name] ?? '', 0);
      const resource = resources.get(name);
      if (resource === undefined) return parameterNodes.get(name);
      if (resource.type === 'AWS::Kinesis::StreamConsumer') return scope.attribute(name, 'ConsumerARN');
      return scalar(resource.names.ref, 0);
    },
    attribute(logicalId, attribute) {
      const resource = resources.get(logicalId);
      const given = resource?.names.attributes;
      if (given !== undefined && Object.hasOwn(given, attribute)) return scalar(given[attribute] ?? '', 0);
      const property = resource && COMPUTED[`${resource.type}.${attribute}`];
      const node = property && resource.properties.entries.get(property.from);
      const value = node && resolve(node, scope, `${logicalId}.Properties.${property.from}`, problems);
      return value?.kind === 'scalar' ? scalar(property?.compute(value.text, resource?.names.name ?? '') ?? '', 0) : undefined;
    },
    condition(name) {
      const node = conditions?.entries.get(name);
      if (node === undefined) return undefined;
      if (underWay.has(name)) {
        problems.add(`Conditions.${name}`, node.line, 'depends on itself; break the circle');
        return false;
      }
      underWay.add(name);
      if (!known.has(name)) known.set(name, resolveCondition(node, scope, `Conditions.${name}`, problems) ?? false);
      underWay.delete(name);
      return known.get(name);
    },
    mapping(name, first, second) {
      const top = mappings?.entries.get(name);
      const inner = top?.kind === 'map' ? top.entries.get(first) : undefined;
      return inner?.kind === 'map' ? inner.entries.get(second) : undefined;
    },
    hint(name) {
      const condition = leftOut.get(name);
      if (condition !== undefined) return `${name} is left out, as the condition ${condition} does not hold`;
      const resource = resources.get(name);
      return resource && `a ${resource.type} has ${Object.keys(resource.names.attributes).join(', ') || 'no attributes'} here`;
    },
  };
  return scope;
}

/** Attributes that come out of a property of the resource, by type and attribute. */
const COMPUTED: Record<string, { from: string; compute(property: string, name: string): string }> = {
  // AWS appends the second of the registration; a template's consumer is registered once.
  'AWS::Kinesis::StreamConsumer.ConsumerARN': { from: 'StreamARN', compute: (streamArn, name) => `${streamArn}/consumer/${name}:1` },
  'Custom::ShardCount.ShardCount': { from: 'ShardCount', compute: (count) => count },
};
