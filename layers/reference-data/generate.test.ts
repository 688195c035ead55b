import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { crawlersJson } from './generate.mjs';

it('crawlers.json is what the installed isbot makes; when not, run: node layers/reference-data/generate.mjs', () => {
  expect(readFileSync(new URL('reference-data/crawlers.json', import.meta.url), 'utf8')).toBe(crawlersJson());
});
