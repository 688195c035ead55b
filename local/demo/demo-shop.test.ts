import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { isbot } from 'isbot';
import { readIncomingEvent } from '../../core/contracts/incoming-event.ts';
import { demoShop, type DemoRequest } from './demo-shop.ts';
import { FRAUD_KINDS } from './thieves.ts';

const START_MS = Date.UTC(2026, 0, 31, 12);

function take(count: number, options: { seed?: number; ratePerSecond?: number; startMs?: number } = {}): DemoRequest[] {
  const requests = demoShop({ seed: 1, ratePerSecond: 20, startMs: START_MS, ...options });
  return Array.from({ length: count }, () => requests.next().value);
}

const traffic = take(20_000);
const events = traffic.flatMap((request) => request.events.map((event) => ({ ...event, request })));

function shape({ atMs, ip, userAgent, events: sent }: DemoRequest, startMs: number): unknown {
  return [atMs - startMs, ip, userAgent, sent.map(({ event_type, page }) => [event_type, page])];
}

describe('demoShop', () => {
  it('makes the same requests for the same arguments, and others for another seed', () => {
    expect(take(500)).toEqual(traffic.slice(0, 500));
    expect(take(500, { seed: 2 })).not.toEqual(traffic.slice(0, 500));
  });

  it('makes the same visits at another time under other ids', () => {
    const later = take(500, { startMs: START_MS + 86_400_000 });

    expect(later.map((request) => shape(request, START_MS + 86_400_000))).toEqual(traffic.slice(0, 500).map((request) => shape(request, START_MS)));
    const ids = new Set(events.map(({ event_id }) => event_id));
    expect(later.flatMap((request) => request.events).filter(({ event_id }) => ids.has(event_id))).toEqual([]);
  });

  it('keeps the rate, from the first second on, in the order of time', () => {
    const spanSeconds = (traffic.at(-1)!.atMs - START_MS) / 1000;
    expect(events.length / spanSeconds).toBeGreaterThan(19);
    expect(events.length / spanSeconds).toBeLessThan(21);
    const firstMinute = events.filter(({ request }) => request.atMs < START_MS + 60_000).length;
    expect(firstMinute).toBeGreaterThan(1000);
    expect(firstMinute).toBeLessThan(1400);
    expect(traffic.every(({ atMs }, index) => index === 0 || atMs >= traffic[index - 1]!.atMs)).toBe(true);
  });

  it('sends what the event contract takes, under ids that never repeat, from addresses', () => {
    const refused = traffic.flatMap((request) => request.events.map(readIncomingEvent)).filter(({ ok }) => !ok);
    expect(refused).toEqual([]);
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
    expect(traffic.filter(({ ip }) => isIP(ip) === 0)).toEqual([]);
  });

  it('states money in whole minor units, the amount being the sum of the items', () => {
    const purchases = events.filter(({ event_type }) => event_type === 'purchase');
    expect(purchases.length).toBeGreaterThan(300);
    for (const { properties = {} } of purchases) {
      const items = properties.items as { quantity: number; price_minor: number }[];
      expect(Number.isInteger(properties.amount_minor)).toBe(true);
      expect(properties.amount_minor).toBe(items.reduce((sum, { quantity, price_minor }) => sum + quantity * price_minor, 0));
      expect(properties).toMatchObject({
        order_id: expect.any(String),
        currency: expect.stringMatching(/^[A-Z]{3}$/),
        payment_fingerprint: expect.any(String),
        terminal_id: expect.any(String),
      });
    }
  });

  it('lets honest people pay only for what they looked at and put in the cart, as a user who logged in or signed up', () => {
    const sessions = Map.groupBy(events.filter(({ request }) => !request.planted), ({ session_id }) => session_id);
    let purchases = 0;
    for (const session of sessions.values()) {
      const types = session.map(({ event_type }) => event_type);
      const paid = types.indexOf('purchase');
      if (paid === -1) continue;
      purchases++;
      expect(types.slice(0, paid)).toEqual(expect.arrayContaining(['page_view', 'product_view', 'add_to_cart']));
      expect(types.slice(0, paid).some((type) => type === 'login' || type === 'sign_up')).toBe(true);
      expect(session[paid]!.user_id).toBeDefined();
    }
    expect(purchases).toBeGreaterThan(300);
  });

  it('has crawlers that say so, visitors who share an address, and customers who come back', () => {
    const crawled = events.filter(({ request }) => isbot(request.userAgent)).length / events.length;
    expect(crawled).toBeGreaterThan(0.02);
    expect(crawled).toBeLessThan(0.1);
    const visitorsOf = Map.groupBy(events.filter(({ request }) => !isbot(request.userAgent)), ({ request }) => request.ip);
    const shared = [...visitorsOf.values()].filter((visits) => new Set(visits.map(({ anonymous_id }) => anonymous_id)).size > 5);
    expect(shared.length).toBeGreaterThan(5);
    const sessionsOf = Map.groupBy(events, ({ user_id }) => user_id);
    sessionsOf.delete(undefined);
    expect([...sessionsOf.values()].some((visits) => new Set(visits.map(({ session_id }) => session_id)).size > 1)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5])('plants a few thieves of every kind and labels all they do (seed %i)', (seed) => {
    const requests = take(6000, { seed });
    const planted = requests.filter((request) => request.planted);

    expect(new Set(planted.map((request) => request.planted))).toEqual(new Set(FRAUD_KINDS));
    expect(planted.length / requests.length).toBeGreaterThan(0.01);
    expect(planted.length / requests.length).toBeLessThan(0.12);
    expect(requests.findIndex((request) => request.planted)).toBeLessThan(150);
  });

  it('makes each theft look like its kind', () => {
    const thefts = Map.groupBy(traffic.filter(({ planted }) => planted), ({ ip, planted }) => `${planted} ${ip}`);
    const kinds = Map.groupBy(thefts, ([key]) => key.split(' ')[0]);
    for (const [, requests] of kinds.get('card_testing')!) {
      const cards = new Set(requests.flatMap((request) => request.events).map(({ properties }) => properties?.payment_fingerprint));
      expect(cards.size).toBeGreaterThanOrEqual(9);
    }
    for (const [, requests] of kinds.get('bot_checkout')!) {
      expect(requests.flatMap((request) => request.events).some(({ event_type }) => event_type.endsWith('_view'))).toBe(false);
    }
    for (const [, requests] of kinds.get('impossible_travel')!) {
      const sent = requests.flatMap((request) => request.events);
      const thief = sent.find(({ user_id }) => user_id !== undefined)!;
      const atHome = events.filter(({ user_id, event_type, request }) => user_id === thief.user_id && event_type === 'login' && !request.planted && request.atMs <= requests[0]!.atMs);
      expect(atHome.length).toBeGreaterThan(0);
      expect(atHome.every(({ device_id }) => device_id !== thief.device_id)).toBe(true);
    }
  });

  it('refuses a rate that is none', () => {
    expect(() => demoShop({ seed: 1, ratePerSecond: 0, startMs: 0 }).next()).toThrow('ratePerSecond: expected a number above 0, got 0');
  });
});
