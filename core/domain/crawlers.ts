import type { CrawlerList } from '../contracts/crawler-list.ts';
import { boundedMemory } from './bounded-memory.ts';

/** Verdicts kept by user agent; a few thousand distinct agents make up nearly all traffic. */
export const MAX_CACHED_AGENTS = 5_000;
/** How much of a user agent is looked at, in UTF-16 units; it bounds the time of one match. */
export const MAX_MATCHED_LENGTH = 2_048;

/**
 * Whether a user agent declares itself a crawler, by one regular expression of all patterns as isbot does it.
 * A plain HTTP client (`curl/8.5.0`, `Python/3.11 aiohttp/3.9.1`) declares none, unless it says more than products.
 * No user agent is no declaration. Verdicts are remembered for the agents seen last, at most MAX_CACHED_AGENTS.
 */
export function crawlerMatcher(list: CrawlerList): (userAgent: string | undefined) => boolean {
  const pattern = new RegExp(list.patterns.join('|'), 'i');
  const client = httpClientPattern(list.http_clients);
  const isCrawler = boundedMemory(MAX_CACHED_AGENTS, (agent) => pattern.test(agent) && !client.test(agent));
  return (userAgent) => userAgent !== undefined && userAgent !== '' && isCrawler(userAgent.slice(0, MAX_MATCHED_LENGTH));
}

/** Products only, the first of them a client's, with one short comment as in `Wget/1.21.3 (linux-gnu)` and no address to read of a bot. */
function httpClientPattern(names: readonly string[]): RegExp {
  const known = names.map((name) => name.replaceAll(/[^\w-]/g, String.raw`\$&`)).join('|');
  return new RegExp(String.raw`^(?:${known})(?:/[\w.+-]{1,32})?(?: \((?![^)]*(?:bot|crawl|spider))[\w .;-]{1,64}\))?(?: (?!\S*(?:bot|crawl|spider))[\w.-]{1,32}/[\w.+-]{1,32}){0,8}$`, 'i');
}
