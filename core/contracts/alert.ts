/**
 * One message of the alert queue: a visitor's event that fraud rules found suspicious.
 * The queue delivers at least once; `alert_id` is the same each time, and a consumer that acts once keeps it.
 */
export interface Alert {
  /** 32 hexadecimal digits, of the app, the visitor and the event alone. */
  alert_id: string;
  app_id: string;
  visitor: string;
  event_id: string;
  event_type: string;
  /** When the event happened by its client's clock, ISO 8601. */
  event_time: string;
  /** 0 to 100; from ALERT_SCORE up there is an alert. */
  score: number;
  reasons: AlertReason[];
  /** When the event was received, ISO 8601; the time of the decision does not depend on retries. */
  created_at: string;
}

export interface AlertReason {
  /** The rule that fired, a stable name. */
  code: string;
  /** What it saw, in words for an analyst. */
  text: string;
}
