import { describe, expect, it } from '@jest/globals';
import { isKeyless, partitionKeyOf, visitorKey } from './identity.ts';

describe('identity', () => {
  it.each([
    { name: 'the user, whoever else is known', event: { event_id: 'e', user_id: 'u', anonymous_id: 'a', session_id: 's' }, key: 'u', keyless: false },
    { name: 'the anonymous visitor', event: { event_id: 'e', anonymous_id: 'a', session_id: 's' }, key: 'a', keyless: false },
    { name: 'the session', event: { event_id: 'e', session_id: 's' }, key: 's', keyless: false },
    { name: 'the event when nobody is known', event: { event_id: 'e' }, key: 'e', keyless: true },
  ])('orders by $name', ({ event, key, keyless }) => {
    expect(partitionKeyOf(event)).toBe(key);
    expect(isKeyless(event)).toBe(keyless);
  });

  it('keeps the visitors of two apps apart', () => {
    expect(visitorKey('shop', 'u')).toBe('shop#u');
  });
});
