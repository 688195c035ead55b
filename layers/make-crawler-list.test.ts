import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { crawlersJson } from './make-crawler-list.mjs';

it('crawlers.json is what the installed isbot makes; when not, run: node layers/make-crawler-list.mjs', () => {
  expect(readFileSync(new URL('reference-data/reference-data/crawlers.json', import.meta.url), 'utf8')).toBe(crawlersJson());
});
