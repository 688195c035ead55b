import type { CrawlerList } from '../contracts/crawler-list.ts';

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
  const verdicts = new Map<string, boolean>();
  return (userAgent) => {
    if (userAgent === undefined || userAgent === '') return false;
    const agent = userAgent.slice(0, MAX_MATCHED_LENGTH);
    let verdict = verdicts.get(agent);
    if (verdict !== undefined) verdicts.delete(agent);
    verdict ??= pattern.test(agent);
    // A Map iterates in the order of insertion: the first is the one that was asked for longest ago.
    verdicts.set(agent, verdict);
    if (verdicts.size > MAX_CACHED_AGENTS) verdicts.delete(verdicts.keys().next().value as string);
    return verdict;
  };
}
