import { createHash } from 'node:crypto';
import type { Alert, AlertReason } from '../../contracts/alert.ts';
import type { StreamEvent } from '../../contracts/stream-event.ts';
import { FRAUD_RULES, type Situation } from './rules.ts';

/** From this score up, of 100, a payment is worth somebody's look. Each rule reaches it by itself. */
export const ALERT_SCORE = 50;

/** The sum of the weights of the rules that fire, at most 100, and what they saw. */
export function score(situation: Situation): { score: number; reasons: AlertReason[] } {
  let sum = 0;
  const reasons: AlertReason[] = [];
  for (const rule of FRAUD_RULES) {
    const saw = rule.fires(situation);
    if (saw === undefined) continue;
    sum += rule.weight;
    reasons.push({ code: rule.name, text: saw });
  }
  return { score: Math.min(100, sum), reasons };
}

/** The alert for a scored event of a visitor, or undefined below ALERT_SCORE. The same event makes the same alert. */
export function alertFor(visitor: string, event: StreamEvent, situation: Situation): Alert | undefined {
  const verdict = score(situation);
  if (verdict.score < ALERT_SCORE) return undefined;
  const identity = JSON.stringify([event.app_id, visitor, event.event_id]);
  return {
    alert_id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    app_id: event.app_id,
    visitor,
    event_id: event.event_id,
    event_type: event.event_type,
    event_time: event.event_time,
    score: verdict.score,
    reasons: verdict.reasons,
    created_at: event.received_at,
  };
}
