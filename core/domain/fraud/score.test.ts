import { describe, expect, it } from '@jest/globals';
import { foldEvents } from '../visitor/fold.ts';
import { UNSEEN } from '../visitor/state.ts';
import type { StreamEvent } from '../../contracts/stream-event.ts';

interface Step {
  type?: string;
  second: number;
  amount?: unknown;
  currency?: string;
  card?: string;
}

/** The alerts that one visitor's payments make, as the second of the event, the score, and the rules that fired. */
function alerts(steps: Step[]): string[] {
  const events = steps.map(({ type = 'purchase', second, amount = 1_000, currency = 'EUR', card = 'card-1' }, index) => {
    const time = new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
    const event: StreamEvent = {
      event_id: `e-${second}`,
      app_id: 'shop',
      event_type: type,
      event_time: time,
      received_at: time,
      user_id: 'u',
      properties: { amount_minor: amount, currency, payment_fingerprint: card },
      schema_version: 1,
      source: 'test',
    };
    return { position: { shardId: 's', sequenceNumber: String(index + 1), subSequenceNumber: 0 }, event };
  });
  return foldEvents('u', UNSEEN, events).state.pending_alerts.map(
    ({ event_id, score, reasons }) => `${event_id} ${score} ${reasons.map(({ code }) => code).join('+')}`,
  );
}

const declined = (second: number): Step => ({ type: 'payment_declined', second });
const seconds = (...list: number[]): Step[] => list.map((second) => ({ second }));

describe('fraud rules', () => {
  it('fire at the third decline within a minute', () => {
    expect(alerts([declined(0), declined(30), declined(59)])).toEqual(['e-59 60 declines_in_a_minute']);
    expect(alerts([declined(0), declined(30), declined(60)])).toEqual([]);
  });

  it('fire at the fifth purchase within a minute', () => {
    expect(alerts(seconds(0, 10, 20, 30, 59))).toEqual(['e-59 50 purchases_in_a_minute']);
    expect(alerts(seconds(0, 10, 20, 30, 60))).toEqual([]);
  });

  it('fire at an amount above five times the mean of three former purchases in the same currency', () => {
    const past: Step[] = [{ second: 0 }, { second: 1_000 }, { second: 2_000 }];

    expect(alerts([...past, { second: 3_000, amount: 5_001 }])).toEqual(['e-3000 50 amount_above_own_past']);
    expect(alerts([...past, { second: 3_000, amount: 5_000 }])).toEqual([]);
    expect(alerts([...past, { second: 3_000, amount: 5_001, currency: 'JPY' }])).toEqual([]);
    expect(alerts([...past.slice(1), { second: 3_000, amount: 5_001 }])).toEqual([]);
  });

  it('fire at the third card within ten minutes, tried or used', () => {
    const steps: Step[] = [{ second: 0, card: 'card-1' }, { second: 200, card: 'card-2', type: 'payment_declined' }];

    expect(alerts([...steps, { second: 599, card: 'card-3' }])).toEqual(['e-599 60 several_cards']);
    expect(alerts([...steps, { second: 600, card: 'card-3' }])).toEqual([]);
    expect(alerts([...steps, { second: 599, card: 'card-2' }])).toEqual([]);
  });

  it('add up, to 100 at most', () => {
    const tested = [0, 10, 20].map((second): Step => ({ type: 'payment_declined', second, card: `card-${second}` }));

    expect(alerts(tested)).toEqual(['e-20 100 declines_in_a_minute+several_cards']);
  });

  it.each([{ amount: -5 }, { amount: 1e300 }, { amount: 0.5 }, { amount: '1000' }, { amount: null }, { amount: [] }])(
    'do not count an amount of $amount as money',
    ({ amount }) => {
      expect(alerts([{ second: 0, amount }, { second: 1_000, amount }, { second: 2_000, amount }, { second: 3_000, amount: 1e9 }])).toEqual([]);
    },
  );
});
