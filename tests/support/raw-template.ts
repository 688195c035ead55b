import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJson } from '../../local/template/node.ts';
import { parseTemplate } from '../../local/template/parse.ts';
import { Problems } from '../../local/template/problems.ts';
import { ROOT } from './source-files.ts';

// A template has as many shapes as AWS has resources, and the tests name the path that they expect.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = Record<string, any>;

/** template.yaml as written, its intrinsics in their long form. */
export function rawTemplate(): Json {
  const problems = new Problems();
  const node = parseTemplate(readFileSync(join(ROOT, 'template.yaml'), 'utf8'), problems);
  problems.throwIfAny('template.yaml');
  return toJson(node) as Json;
}

/** Resources of the types, as [logical id, resource]. */
export function resourcesOf(template: Json, ...types: string[]): [string, Json][] {
  return Object.entries(template.Resources as Record<string, Json>).filter(([, resource]) => types.includes(resource.Type));
}

/** Every statement of the policies of a role. */
export function statementsOf(role: Json): Json[] {
  return (role.Properties.Policies ?? []).flatMap((policy: Json) => policy.PolicyDocument.Statement);
}

/** One value or a list as a list. */
export function asList<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}
