import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from '../../local/template/deployment.ts';
import { loadTemplate } from '../../local/template/load-template.ts';
import { TemplateError } from '../../local/template/problems.ts';

/** Loads a template given as text, from a folder of its own. */
export function loadText(text: string, parameters: Record<string, string> = {}): Deployment {
  const file = join(mkdtempSync(join(tmpdir(), 'millrace-template-')), 'template.yaml');
  writeFileSync(file, text);
  return loadTemplate({ file, parameters });
}

/** The problems of a template that must not load, each as `path (line N): message`. */
export function problemsOf(text: string, parameters: Record<string, string> = {}): string[] {
  try {
    loadText(text, parameters);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.problems.map(({ path, line, message }) => `${path} (line ${line}): ${message}`);
  }
  throw new Error('expected the template to be refused, and it was loaded');
}
