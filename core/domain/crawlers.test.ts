import { describe, expect, it } from '@jest/globals';
import { isbot } from 'isbot';
import { readCrawlerList } from '../reference-data.ts';
import { crawlerMatcher } from './crawlers.ts';

const DIR = new URL('../../layers/reference-data/reference-data', import.meta.url).pathname;
const AGENTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; CUBOT NOTE) AppleWebKit/537.36',
  '',
];

describe('crawlerMatcher', () => {
  it('says what isbot says of the same list, the first time and from its memory', () => {
    const isCrawler = crawlerMatcher(readCrawlerList(DIR));

    for (let round = 0; round < 2; round++) expect(AGENTS.map(isCrawler)).toEqual(AGENTS.map((agent) => isbot(agent)));
    expect(isCrawler(AGENTS[0])).toBe(true);
    expect(isCrawler(AGENTS[1])).toBe(false);
  });

  it.each([
    { agent: 'curl/8.5.0', crawls: false },
    { agent: 'Wget/1.21.3 (linux-gnu)', crawls: false },
    { agent: 'curl/7.22.0 (i686-pc-linux-gnu) libcurl/7.22.0 OpenSSL/1.0.1 zlib/1.2.3.4 libidn/1.23 librtmp/2.3', crawls: false },
    { agent: 'python-requests/2.31.0', crawls: false },
    { agent: 'Python/3.11 aiohttp/3.9.1', crawls: false },
    { agent: 'Go-http-client/2.0', crawls: false },
    { agent: 'LWP::Simple/6.15 libwww-perl/6.15', crawls: false },
    { agent: 'curl/8.5.0 (compatible; ExampleBot/1.0; +https://bot.example)', crawls: true },
    { agent: 'python-requests/2.31.0 examplebot/1.0', crawls: true },
    { agent: 'wget/1.21 (examplebot)', crawls: true },
    { agent: 'curlbot/1.0', crawls: true },
  ])('tells an HTTP client from a crawler: $agent', ({ agent, crawls }) => {
    expect(crawlerMatcher(readCrawlerList(DIR))(agent)).toBe(crawls);
  });

  it('takes a missing user agent for no declaration', () => {
    expect(crawlerMatcher(readCrawlerList(DIR))(undefined)).toBe(false);
  });
});
