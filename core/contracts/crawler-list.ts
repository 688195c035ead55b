import * as z from 'zod';

/** The layer's `crawlers.json`: patterns of user agents that say themselves that they are no person's browser. */
export const crawlerListSchema = z.object({
  version: z.string().min(1),
  source: z.string().min(1),
  /** JavaScript regular expressions, matched without regard to case. */
  patterns: z.array(z.string().min(1)).min(1),
  /** Names of HTTP libraries and tools: an agent that consists of such products declares a program, not a crawler. */
  http_clients: z.array(z.string().min(1)),
});

export type CrawlerList = z.infer<typeof crawlerListSchema>;
