import { addressIn } from './addresses.ts';
import { categoryPage, PRODUCTS, productPage, SITE } from './catalogue.ts';
import { integer, pause, pick } from './choice.ts';
import { pageView, type Journey, type Session } from './step.ts';
import type { Crawler } from './user-agents.ts';
import { sessionId } from './visitor.ts';

const PAGES = [`${SITE}/`, `${SITE}/robots.txt`, `${SITE}/sitemap.xml`, ...PRODUCTS.map(productPage), ...PRODUCTS.map(({ category }) => categoryPage(category))];
const BETWEEN_PAGES_MS = 2_000;

/** A crawler's visit: pages in no order, without referrers or cookies, from the addresses of its range. */
export function* crawl({ visitor, random, ids }: Session, crawler: Crawler): Journey {
  visitor.userAgent = crawler.userAgent;
  for (let pages = integer(random, 3, 10); pages > 0; pages--) {
    visitor.ip = addressIn(crawler.network, random);
    visitor.anonymousId = `anon-${ids.hex(16)}`;
    visitor.sessionId = sessionId(ids);
    yield { afterMs: pause(random, BETWEEN_PAGES_MS), events: [pageView(pick(random, PAGES))] };
  }
}
