import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve as resolvePath } from 'node:path';
import type { Deployment } from './deployment.ts';
import { checkGlobals, withGlobals } from './globals.ts';
import { resolve, type Scope } from './intrinsics.ts';
import { map, type MapNode, type TemplateNode } from './node.ts';
import { resolveParameters } from './parameters.ts';
import { parseTemplate } from './parse.ts';
import { resourceNames, SUPPORTED_TYPES, type StackPlace } from './physical-names.ts';
import { Problems } from './problems.ts';
import { Properties } from './properties.ts';
import { readerOf } from './resources/registry.ts';
import { scopeOf, type Resource } from './scope.ts';

export interface LoadTemplateOptions {
  /** The template's file. */
  file: string;
  /** Values by parameter name; what is left out has its default. */
  parameters?: Record<string, string>;
  stackName?: string;
  region?: string;
  /** Twelve digits. */
  accountId?: string;
  endpoints?: {
    /** Base of queue urls. */
    sqs?: string;
    /** Base url of the HTTP API, as its attribute ApiEndpoint gives it. */
    httpApi?: string;
  };
}

const SECTIONS = new Set(['AWSTemplateFormatVersion', 'Transform', 'Description', 'Metadata', 'Parameters', 'Mappings', 'Conditions', 'Globals', 'Resources', 'Outputs']);
const ATTRIBUTES = new Set(['Type', 'Properties', 'Metadata', 'Condition', 'DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy']);
/** What others refer to comes first. */
const FIRST = ['AWS::Serverless::HttpApi'];

/**
 * Reads a SAM template into what the local cloud runs, every intrinsic resolved and every default filled in.
 * Throws one TemplateError that lists all that the local cloud cannot do, each with its path and line.
 */
export function loadTemplate({ file, parameters = {}, stackName = 'millrace', region = 'us-east-1', accountId = '000000000000', endpoints = {} }: LoadTemplateOptions): Deployment {
  const problems = new Problems();
  const place: StackPlace = { stackName, region, accountId, sqsUrl: endpoints.sqs ?? 'http://127.0.0.1', httpApiUrl: endpoints.httpApi ?? 'http://127.0.0.1' };
  const template = section(parseTemplate(readFileSync(file, 'utf8'), problems), 'Template', problems) ?? map([], 1);
  problems.throwIfAny(file);

  for (const [name, { line }] of template.entries) {
    if (!SECTIONS.has(name)) problems.add(name, line, `expected a section out of ${[...SECTIONS].join(', ')}; the local cloud has no other: remove it`);
  }
  const part = (name: string) => section(template.entries.get(name), name, problems);
  const values = resolveParameters(part('Parameters'), parameters, problems);
  const globals = part('Globals');
  checkGlobals(globals, problems);

  const resources = new Map<string, Resource>();
  const leftOut = new Map<string, string>();
  const scope = scopeOf({ place, parameterNodes: values.nodes, resources, leftOut, conditions: part('Conditions'), mappings: part('Mappings'), problems });
  for (const [logicalId, node] of part('Resources')?.entries ?? []) {
    const resource = readAttributes(logicalId, node, place, globals, problems);
    if (resource === undefined) continue;
    const condition = resource.node.entries.get('Condition');
    const name = condition?.kind === 'scalar' ? condition.text : undefined;
    const holds = name === undefined ? true : scope.condition(name);
    if (holds === undefined) problems.add(`${logicalId}.Condition`, condition?.line, `there is no condition ${name}; declare it under Conditions`);
    if (holds === false) leftOut.set(logicalId, name ?? '');
    else resources.set(logicalId, resource);
  }

  const deployment: Deployment = {
    stackName, region, accountId, parameters: values.texts,
    functions: [], httpApis: [], streams: [], streamConsumers: [], kinesisMappings: [], sqsMappings: [], deliveryStreams: [], buckets: [], queues: [], tables: [], outputs: {},
  };
  const baseDir = dirname(resolvePath(file));
  const layers = readLayers(resources, baseDir, scope, problems);
  const find = (type: string, reference: string) =>
    reference === '' ? undefined : [...resources.values()].find((resource) => resource.type === type && refersTo(resource, reference, scope))?.logicalId;

  const ordered = [...resources.values()].sort((a, b) => Number(FIRST.includes(b.type)) - Number(FIRST.includes(a.type)));
  for (const { logicalId, type, names, node, properties } of ordered) {
    const path = `${logicalId}.Properties`;
    const resolved = resolve(properties, scope, path, problems);
    const reader = new Properties(resolved?.kind === 'map' ? resolved : map([], node.line), path, problems);
    const metadata = node.entries.get('Metadata');
    const resolvedMetadata = metadata && resolve(metadata, scope, `${logicalId}.Metadata`, problems);
    readerOf(type)({
      logicalId, type, properties: reader, place, baseDir, deployment, find,
      names: { ...names, ref: textOf(scope.ref(logicalId)) },
      metadata: resolvedMetadata?.kind === 'map' ? new Properties(resolvedMetadata, `${logicalId}.Metadata`, problems) : undefined,
      layerDir: (reference) => layers.get(reference),
    });
    reader.end();
  }
  readOutputs(part('Outputs'), scope, deployment, problems);
  problems.throwIfAny(file);
  return deployment;
}

function readAttributes(logicalId: string, node: TemplateNode, place: StackPlace, globals: MapNode | undefined, problems: Problems): Resource | undefined {
  if (node.kind !== 'map') {
    problems.add(logicalId, node.line, 'expected a map with Type and Properties; write one');
    return undefined;
  }
  for (const [key, { line }] of node.entries) {
    if (!ATTRIBUTES.has(key)) problems.add(`${logicalId}.${key}`, line, `the local cloud knows the attributes ${[...ATTRIBUTES].join(', ')}; remove it`);
  }
  const typeNode = node.entries.get('Type');
  const type = textOf(typeNode);
  if (!SUPPORTED_TYPES.includes(type)) {
    problems.add(`${logicalId}.Type`, typeNode?.line ?? node.line, `the local cloud has no ${type || 'resource without a type'}; it has ${SUPPORTED_TYPES.join(', ')}`);
    return undefined;
  }
  const properties = section(node.entries.get('Properties'), `${logicalId}.Properties`, problems) ?? map([], node.line);
  const names = resourceNames(type, place, logicalId, textOf(properties.entries.get('FifoQueue')) === 'true');
  if (names === undefined) return undefined;
  return { logicalId, type, names, node, properties: withGlobals(type, properties, globals) };
}

/** Each layer's absolute folder by its Ref. */
function readLayers(resources: Map<string, Resource>, baseDir: string, scope: Scope, problems: Problems): Map<string, string> {
  const layers = new Map<string, string>();
  for (const { logicalId, type, names, node, properties } of resources.values()) {
    if (type !== 'AWS::Serverless::LayerVersion') continue;
    const path = `${logicalId}.Properties.ContentUri`;
    const uri = properties.entries.get('ContentUri');
    const folder = textOf(uri && resolve(uri, scope, path, problems));
    const dir = resolvePath(baseDir, folder);
    if (folder === '' || !existsSync(dir)) problems.add(path, uri?.line ?? node.line, `there is no folder ${dir}; correct the path, which starts from the template's folder`);
    layers.set(names.ref, dir);
  }
  return layers;
}

function refersTo({ logicalId, names }: Resource, reference: string, scope: Scope): boolean {
  return reference === names.name || reference === textOf(scope.ref(logicalId)) || reference === names.attributes.Arn;
}

function readOutputs(outputs: MapNode | undefined, scope: Scope, deployment: Deployment, problems: Problems): void {
  for (const [name, node] of outputs?.entries ?? []) {
    const condition = node.kind === 'map' ? node.entries.get('Condition') : undefined;
    if (condition?.kind === 'scalar' && scope.condition(condition.text) === false) continue;
    const path = `Outputs.${name}`;
    const value = node.kind === 'map' ? node.entries.get('Value') : undefined;
    const resolved = value && resolve(value, scope, `${path}.Value`, problems);
    if (resolved?.kind === 'scalar') deployment.outputs[name] = resolved.text;
    else if (value === undefined || resolved !== undefined) problems.add(path, node.line, 'expected a Value that is a text; write one');
  }
}

function section(node: TemplateNode | undefined, path: string, problems: Problems): MapNode | undefined {
  if (node === undefined || node.kind === 'map') return node;
  problems.add(path, node.line, 'expected a map; write one or remove it');
  return undefined;
}

function textOf(node: TemplateNode | undefined): string {
  return node?.kind === 'scalar' ? node.text : '';
}
