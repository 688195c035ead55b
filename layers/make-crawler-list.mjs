import { readFileSync, writeFileSync } from 'node:fs';
import { list } from 'isbot';

const FILE = new URL('reference-data/reference-data/crawlers.json', import.meta.url);

/**
 * HTTP libraries and command-line tools by the first product of their user agent. isbot counts them among bots, but
 * they declare a program and not a crawler: a server that posts its own events, or a developer with curl.
 */
const HTTP_CLIENTS = [
  'aiohttp', 'apache-httpclient', 'axios', 'cpp-httplib', 'curl', 'dart', 'faraday', 'go-http-client', 'got', 'guzzlehttp',
  'httpie', 'insomnia', 'java', 'java-http-client', 'ktor-client', 'libcurl', 'libwww-perl', 'lwp::simple', 'node', 'node-fetch',
  'okhttp', 'postmanruntime', 'python', 'python-httpx', 'python-requests', 'python-urllib', 'python-urllib3', 'reqwest',
  'restsharp', 'ruby', 'rest-client', 'undici', 'ureq', 'wget',
];

/** The layer's crawler list as JSON text, made of the list that the installed `isbot` (Unlicense) carries. */
export function crawlersJson() {
  const { version } = JSON.parse(readFileSync(new URL('../node_modules/isbot/package.json', import.meta.url), 'utf8'));
  return `${JSON.stringify({ version, source: 'npm isbot', patterns: list, http_clients: HTTP_CLIENTS }, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(FILE, crawlersJson());
