import type { CrawlerList } from '../contracts/crawler-list.ts';
import { boundedMemory } from './bounded-memory.ts';

/** Verdicts kept by user agent; a few thousand distinct agents make up nearly all traffic. */
export const MAX_CACHED_AGENTS = 5_000;
/** How much of a user agent is looked at, in UTF-16 units; it bounds the time of one match. */
export const MAX_MATCHED_LENGTH = 2_048;

/**
 * Whether a user agent declares itself a crawler, by one regular expression of all patterns as isbot does it.
 * No user agent is no declaration. Verdicts are remembered for the agents seen last, at most MAX_CACHED_AGENTS.
 */
export function crawlerMatcher(list: CrawlerList): (userAgent: string | undefined) => boolean {
  const pattern = new RegExp(list.patterns.join('|'), 'i');
  const isCrawler = boundedMemory(MAX_CACHED_AGENTS, (agent) => pattern.test(agent));
  return (userAgent) => userAgent !== undefined && userAgent !== '' && isCrawler(userAgent.slice(0, MAX_MATCHED_LENGTH));
}
