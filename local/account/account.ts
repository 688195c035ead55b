/**
 * Where every event is, by distinct event id. It adds up: accepted = delivered + dropped + quarantined + failed
 * + pending, and scoring.consumed = applied + duplicates + quarantined + failed.
 */
export interface Account {
  accepted: number;
  delivered: number;
  /** By the reason that transform-records gave. */
  dropped: Record<string, number>;
  /** By code: what transform-records called garbage; its records are in the lake's error prefix. */
  quarantined: Record<string, number>;
  /** Records whose transform failed, in the error prefix. */
  failed: number;
  pending: number;
  scoring: ScoringAccount;
}

/** Deliveries of the stream to score-events, by event: a retried delivery counts once, a producer's duplicate again. */
export interface ScoringAccount {
  consumed: number;
  applied: number;
  duplicates: number;
  quarantined: Record<string, number>;
  /** Given up by the event source mapping: in the failures bucket with their records. */
  failed: number;
  pending: number;
}

/** Whether both lines of the account balance; an account that does not is a lost or an invented event. */
export function balances(account: Account): boolean {
  const { scoring } = account;
  return (
    account.accepted ===
      account.delivered + total(account.dropped) + total(account.quarantined) + account.failed + account.pending &&
    scoring.consumed === scoring.applied + scoring.duplicates + total(scoring.quarantined) + scoring.failed
  );
}

/** The account in words, two lines of it and one for each reason, for a person at a terminal. */
export function describeAccount(account: Account): string {
  const { scoring } = account;
  const lines = [
    'The account, of distinct events:',
    row('accepted', account.accepted, 'on the stream'),
    row('= delivered', account.delivered, 'in the lake'),
    ...counts('+ dropped', account.dropped),
    ...counts('+ quarantined', account.quarantined),
    row('+ failed', account.failed, 'in the error prefix of the lake'),
    row('+ pending', account.pending, 'not yet anywhere else'),
    'and of deliveries to score-events:',
    row('consumed', scoring.consumed, ''),
    row('= applied', scoring.applied, 'in the state of their visitors'),
    row('+ duplicates', scoring.duplicates, 'of events that were applied before'),
    ...counts('+ quarantined', scoring.quarantined),
    row('+ failed', scoring.failed, 'given up, in the failures bucket'),
  ];
  if (scoring.pending > 0) lines.push(row('still to come', scoring.pending, 'on the stream, not yet consumed'));
  if (!balances(account)) lines.push('THE ACCOUNT DOES NOT ADD UP: events were lost or counted twice. This is a bug; please report it.');
  return lines.join('\n');
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function counts(label: string, byReason: Record<string, number>): string[] {
  const entries = Object.entries(byReason).toSorted(([, a], [, b]) => b - a);
  if (entries.length === 0) return [row(label, 0, '')];
  return entries.map(([reason, count]) => row(label, count, reason));
}

function row(label: string, count: number, note: string): string {
  return `  ${label.padEnd(15)}${count.toLocaleString('en-US').padStart(12)}  ${note}`.trimEnd();
}
