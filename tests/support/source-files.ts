import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Absolute folder of the project. */
export const ROOT = resolve(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the project's folder, with forward slashes. */
  path: string;
  text: string;
  /** What it imports: paths from the project's folder for its own files, specifiers for packages. */
  imports: string[];
}

const IMPORT = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;

/** Every TypeScript file below the folder that is no test. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => {
      const file = join(ROOT, folder, name);
      const text = readFileSync(file, 'utf8');
      const imports = [...text.matchAll(IMPORT)].map(([, specifier = '']) =>
        specifier.startsWith('.') ? relative(ROOT, resolve(dirname(file), specifier)) : specifier,
      );
      return { path: join(folder, name), text, imports };
    });
}
