import { integer, pick, type Random } from './choice.ts';

export interface Country {
  code: string;
  /** Share of the shop's visitors. */
  weight: number;
  /** ISO 4217. */
  currency: string;
  /** Minor units of the currency for a cent of the euro, in round figures of 2025. The yen's minor unit is the yen. */
  minorPerEuroCent: number;
  /** Ranges of large access providers there, so that address databases know the country: IPv4 `a.b.c.d/bits`, or IPv6 prefixes. */
  networks: readonly string[];
}

export const COUNTRIES: readonly Country[] = [
  { code: 'DE', weight: 26, currency: 'EUR', minorPerEuroCent: 1, networks: ['79.192.0.0/11', '91.0.0.0/11', '2003:c0'] },
  { code: 'US', weight: 20, currency: 'USD', minorPerEuroCent: 1.1, networks: ['73.32.0.0/12', '98.192.0.0/12', '24.16.0.0/14', '2601:600'] },
  { code: 'GB', weight: 12, currency: 'GBP', minorPerEuroCent: 0.86, networks: ['86.128.0.0/11', '81.128.0.0/12', '2a00:23c4'] },
  { code: 'FR', weight: 10, currency: 'EUR', minorPerEuroCent: 1, networks: ['90.0.0.0/12', '86.192.0.0/12', '2a01:cb00'] },
  { code: 'NL', weight: 6, currency: 'EUR', minorPerEuroCent: 1, networks: ['77.160.0.0/13', '84.24.0.0/13'] },
  { code: 'ES', weight: 5, currency: 'EUR', minorPerEuroCent: 1, networks: ['80.24.0.0/14', '83.32.0.0/13'] },
  { code: 'IT', weight: 5, currency: 'EUR', minorPerEuroCent: 1, networks: ['79.0.0.0/12', '87.0.0.0/12'] },
  { code: 'PL', weight: 4, currency: 'PLN', minorPerEuroCent: 4.3, networks: ['83.0.0.0/12', '79.184.0.0/14'] },
  { code: 'SE', weight: 3, currency: 'SEK', minorPerEuroCent: 11, networks: ['81.224.0.0/13', '78.64.0.0/13'] },
  { code: 'CH', weight: 3, currency: 'CHF', minorPerEuroCent: 0.95, networks: ['178.192.0.0/13', '85.0.0.0/14'] },
  { code: 'CA', weight: 2, currency: 'CAD', minorPerEuroCent: 1.5, networks: ['70.48.0.0/14', '99.224.0.0/12'] },
  { code: 'AU', weight: 2, currency: 'AUD', minorPerEuroCent: 1.65, networks: ['1.120.0.0/14', '101.160.0.0/12'] },
  { code: 'JP', weight: 2, currency: 'JPY', minorPerEuroCent: 1.6, networks: ['153.128.0.0/11'] },
];

/** Where the demo's thieves sit, or seem to: far from the shop's customers. */
export const DISTANT_NETWORKS: readonly string[] = ['14.160.0.0/12', '105.112.0.0/14', '177.32.0.0/12', '86.120.0.0/14', '49.32.0.0/12'];

/** An address in the network: `a.b.c.d/bits`, or the first groups of an IPv6 address. */
export function addressIn(network: string, random: Random): string {
  if (network.includes(':')) return `${network}:${hextet(random)}:${hextet(random)}:${hextet(random)}:${hextet(random)}:${hextet(random)}:${hextet(random)}`;
  const [base = '', bits = '32'] = network.split('/');
  const start = base.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  // Neither the network's own address nor its last.
  const address = start + integer(random, 1, 2 ** (32 - Number(bits)) - 2);
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function addressOf(country: Country, random: Random): string {
  return addressIn(pick(random, country.networks), random);
}

function hextet(random: Random): string {
  return integer(random, 1, 0xffff).toString(16);
}
