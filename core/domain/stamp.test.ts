import { describe, expect, it } from '@jest/globals';
import { stampEvent } from './stamp.ts';

const STAMP = { appId: 'shop', receivedAtMs: Date.UTC(2026, 0, 31, 12, 0, 1), ip: '203.0.113.9', userAgent: 'Mozilla/5.0' };

describe('stampEvent', () => {
  it('states what only the server knows, whatever the client says, and brings times to UTC', () => {
    const event = stampEvent(
      { event_type: 'purchase', event_time: '2026-01-31T13:00:00+01:00', user_id: 'u', session_id: null, properties: { amount_minor: 5 }, ip: '1.2.3.4', app_id: 'x', user_agent: 'y' },
      'e-1',
      STAMP,
    );

    expect(event).toEqual({
      event_id: 'e-1',
      app_id: 'shop',
      event_type: 'purchase',
      event_time: '2026-01-31T12:00:00.000Z',
      received_at: '2026-01-31T12:00:01.000Z',
      user_id: 'u',
      user_agent: 'Mozilla/5.0',
      ip: '203.0.113.9',
      properties: { amount_minor: 5 },
      schema_version: 1,
      source: 'http-api',
    });
    expect(Object.keys(event)).not.toContain('session_id');
  });

  it('cuts a user agent at 2,048 characters', () => {
    const event = stampEvent({ event_type: 'x', event_time: '2026-01-31T12:00:00Z' }, 'e', { ...STAMP, userAgent: 'm'.repeat(2_049) });

    expect(event.user_agent).toHaveLength(2_048);
  });
});
