import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Scalar } from 'yaml';
import { list, map, scalar, type TemplateNode } from './node.ts';
import type { Problems } from './problems.ts';
import { yamlTrap } from './yaml-traps.ts';

/** Short forms whose long form does not begin with `Fn::`. */
const SHORT_FORMS_WITHOUT_PREFIX = new Set(['Ref', 'Condition']);

/**
 * Reads a template's YAML into nodes with lines; `!Sub` and the other short forms become maps with their long name.
 * What is no YAML, or YAML that CloudFormation reads otherwise than this parser, is added to the problems.
 */
export function parseTemplate(source: string, problems: Problems): TemplateNode {
  const lines = new LineCounter();
  // Every `!Tag` is CloudFormation's, so the parser's warnings of unknown tags say nothing.
  const document = parseDocument(source, { lineCounter: lines, version: '1.2', schema: 'core', logLevel: 'silent', prettyErrors: false });
  for (const error of document.errors) {
    problems.add('YAML', lines.linePos(error.pos[0]).line, `${firstLine(error.message)}; correct the YAML`);
  }
  const lineOf = (node: Node) => lines.linePos(node.range?.[0] ?? 0).line;

  const read = (node: unknown, path: string): TemplateNode => {
    if (isAlias(node)) {
      problems.add(path, lineOf(node), 'CloudFormation refuses YAML aliases; repeat the value');
      return scalar(null, lineOf(node));
    }
    if (isMap(node)) return withTag(node, map(node.items.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : String(key);
      if (name === '<<') problems.add(path, lineOf(node), 'CloudFormation refuses YAML merge keys (<<); repeat the values');
      return [name, read(value, path === '' ? name : `${path}.${name}`)];
    }), lineOf(node)));
    if (isSeq(node)) return withTag(node, list(node.items.map((item, index) => read(item, `${path}.${index}`)), lineOf(node)));
    if (isScalar(node)) return withTag(node, readScalar(node, path));
    return scalar(null, 1);
  };

  const readScalar = (node: Scalar, path: string): TemplateNode => {
    const line = lineOf(node);
    // A short form's argument is a string whatever it looks like.
    if (node.tag?.startsWith('!') === true && !node.tag.startsWith('!!')) return scalar(String(node.value ?? ''), line);
    if (node.type === 'PLAIN') {
      const trap = yamlTrap(node.source ?? '');
      if (trap !== undefined) problems.add(path, line, trap);
    }
    const value = node.value;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean' && value !== null) {
      problems.add(path, line, `expected a string, number or boolean, got ${typeof value}; quote it`);
      return scalar(null, line);
    }
    return { kind: 'scalar', line, value, text: typeof value === 'string' ? value : (node.source ?? '') };
  };

  return read(document.contents, '');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

function withTag(node: Node, content: TemplateNode): TemplateNode {
  const tag = node.tag;
  if (tag === undefined || !tag.startsWith('!') || tag.startsWith('!!')) return content;
  const name = tag.slice(1);
  return map([[SHORT_FORMS_WITHOUT_PREFIX.has(name) ? name : `Fn::${name}`, content]], content.line);
}
