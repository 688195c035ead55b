import type { Random } from './choice.ts';
import { pickWeighted } from './choice.ts';

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K)';
const CHROMIUM = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

/** Browsers as they name themselves in late 2025, with round shares of the traffic. */
const BROWSERS: readonly { weight: number; userAgent: string }[] = [
  { weight: 20, userAgent: `${WINDOWS} ${CHROMIUM} Chrome/142.0.0.0 Safari/537.36` },
  { weight: 5, userAgent: `${WINDOWS} ${CHROMIUM} Chrome/141.0.0.0 Safari/537.36` },
  { weight: 6, userAgent: `${WINDOWS} ${CHROMIUM} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0` },
  { weight: 3, userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0' },
  { weight: 1, userAgent: `${WINDOWS} ${CHROMIUM} Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0` },
  { weight: 5, userAgent: `${MAC} ${CHROMIUM} Chrome/142.0.0.0 Safari/537.36` },
  { weight: 5, userAgent: `${MAC} ${WEBKIT} Version/26.1 Safari/605.1.15` },
  { weight: 2, userAgent: `${MAC} ${WEBKIT} Version/18.6 Safari/605.1.15` },
  { weight: 1, userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0' },
  { weight: 2, userAgent: 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' },
  { weight: 1, userAgent: `Mozilla/5.0 (X11; Linux x86_64) ${CHROMIUM} Chrome/142.0.0.0 Safari/537.36` },
  { weight: 1, userAgent: `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROMIUM} Chrome/142.0.0.0 Safari/537.36` },
  { weight: 16, userAgent: `${ANDROID} ${CHROMIUM} Chrome/142.0.0.0 Mobile Safari/537.36` },
  { weight: 3, userAgent: `${ANDROID} ${CHROMIUM} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36` },
  { weight: 1, userAgent: 'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0' },
  { weight: 2, userAgent: `${ANDROID} ${CHROMIUM} Chrome/142.0.0.0 Safari/537.36` },
  { weight: 12, userAgent: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) ${WEBKIT} Version/26.1 Mobile/15E148 Safari/604.1` },
  { weight: 6, userAgent: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_2 like Mac OS X) ${WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1` },
  { weight: 2, userAgent: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) ${WEBKIT} CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1` },
  { weight: 2, userAgent: `Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) ${WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1` },
];

export interface Crawler {
  name: string;
  weight: number;
  userAgent: string;
  /** A range that it crawls from. */
  network: string;
}

/** Crawlers that say who they are. */
export const CRAWLERS: readonly Crawler[] = [
  { name: 'Googlebot', weight: 8, network: '66.249.64.0/20', userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
  {
    name: 'Googlebot smartphone', weight: 10, network: '66.249.64.0/20',
    userAgent: `Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) ${CHROMIUM} Chrome/142.0.7444.59 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`,
  },
  {
    name: 'bingbot', weight: 7, network: '157.55.39.0/24',
    userAgent: `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36`,
  },
  { name: 'GPTBot', weight: 8, network: '20.171.206.0/24', userAgent: 'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)' },
  { name: 'ClaudeBot', weight: 6, network: '160.79.104.0/23', userAgent: 'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)' },
  { name: 'Applebot', weight: 3, network: '17.241.0.0/16', userAgent: `${MAC} ${WEBKIT} Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)` },
  { name: 'AhrefsBot', weight: 5, network: '51.222.253.0/24', userAgent: 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)' },
  { name: 'SemrushBot', weight: 4, network: '185.191.171.0/24', userAgent: 'Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)' },
  { name: 'YandexBot', weight: 3, network: '5.255.253.0/24', userAgent: 'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)' },
  { name: 'PetalBot', weight: 2, network: '114.119.128.0/19', userAgent: `Mozilla/5.0 (Linux; Android 7.0;) ${CHROMIUM} Mobile Safari/537.36 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)` },
  { name: 'facebookexternalhit', weight: 2, network: '57.141.0.0/24', userAgent: 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)' },
];

export function browser(random: Random): string {
  return pickWeighted(random, BROWSERS).userAgent;
}
