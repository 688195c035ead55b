import { readFileSync, writeFileSync } from 'node:fs';
import { list } from 'isbot';

/** The layer's crawler list as JSON text, made of the list that the installed `isbot` (Unlicense) carries. */
export function crawlersJson() {
  const { version } = JSON.parse(readFileSync(new URL('../../node_modules/isbot/package.json', import.meta.url), 'utf8'));
  return `${JSON.stringify({ version, source: 'npm isbot', patterns: list }, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(new URL('reference-data/crawlers.json', import.meta.url), crawlersJson());
}
