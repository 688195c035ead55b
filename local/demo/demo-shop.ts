import { Agenda } from './agenda.ts';
import { chance, derived, exponential, integer, pick, pickWeighted, type Random } from './choice.ts';
import { crawl } from './crawl.ts';
import { idsOf } from './ids.ts';
import { shopper } from './shopper.ts';
import type { Draft, Journey, Session, Step } from './step.ts';
import { FRAUD_KINDS, needsVictim, theft, type FraudKind } from './thieves.ts';
import { CRAWLERS } from './user-agents.ts';
import { customer, CUSTOMERS, sessionId, stranger, type Customer } from './visitor.ts';

/** An event as a browser posts it. */
export interface ClientEvent extends Draft {
  event_id: string;
  event_time: string;
  user_id?: string;
  anonymous_id: string;
  session_id: string;
  device_id: string;
}

/** One request of the shop's traffic. */
export interface DemoRequest {
  atMs: number;
  ip: string;
  userAgent: string;
  events: ClientEvent[];
  /** Set on what a thief does: what a detector should find. */
  planted?: FraudKind;
}

export interface DemoShop {
  seed: number;
  /** Events, not requests; a request has one or two. */
  ratePerSecond: number;
  startMs: number;
}

const CRAWL_SHARE = 0.06;
const RETURNING_SHARE = 0.45;
/** Sessions from one theft to the next, on average; the first comes early so that a short demo has one. */
const SESSIONS_A_THEFT = 60;
const FIRST_THEFT_SESSION = 15;
/** How many of those who logged in last a thief may choose from. */
const RECENT_CUSTOMERS = 100;
/** Between two events that one request carries. */
const EVENT_GAP_MS = 15;

interface Running {
  session: Session;
  journey: Journey;
  step: Step;
  planted: FraudKind | undefined;
  /** Whose visit it is, when it is honest and they have an account. */
  customer: Customer | undefined;
}

/**
 * The shop's traffic without end, in the order of its time: Poisson arrivals of events at the rate, from sessions each
 * of which keeps its own pace. It depends on nothing but its arguments: a seed makes the same visits whenever they
 * start, and the ids of events, sessions and orders differ by the start, so that two runs do not look like a repeat.
 */
export function* demoShop({ seed, ratePerSecond, startMs }: DemoShop): Generator<DemoRequest, never, void> {
  if (!(ratePerSecond > 0)) throw new RangeError(`ratePerSecond: expected a number above 0, got ${ratePerSecond}`);
  const arrivals = derived(seed, 'arrivals');
  const agenda = new Agenda<Running>();
  const seenAtHome: Customer[] = [];
  const openSession = sessionOpener(seed, startMs, seenAtHome);
  for (let nowMs = startMs; ; ) {
    const running = agenda.takeDue(nowMs) ?? openSession();
    const request = send(running, Math.floor(nowMs));
    if (running.customer && request.events.some(isLogin)) remember(seenAtHome, running.customer);
    const next = running.journey.next();
    if (!next.done) agenda.add(nowMs + next.value.afterMs, { ...running, step: next.value });
    yield request;
    for (let events = request.events.length; events > 0; events--) nowMs += exponential(arrivals, 1000 / ratePerSecond);
  }
}

function send({ session: { visitor, ids }, step, planted }: Running, atMs: number): DemoRequest {
  const events = step.events.map((draft, index): ClientEvent => ({
    event_id: ids.uuid(),
    event_time: new Date(atMs - (step.events.length - 1 - index) * EVENT_GAP_MS).toISOString(),
    ...(visitor.userId === undefined ? {} : { user_id: visitor.userId }),
    anonymous_id: visitor.anonymousId,
    session_id: visitor.sessionId,
    device_id: visitor.deviceId,
    ...draft,
  }));
  return { atMs, ip: visitor.ip, userAgent: visitor.userAgent, events, ...(planted ? { planted } : {}) };
}

/**
 * Decides who comes next: a customer, a stranger, a crawler, or now and then a thief, each kind in its turn. A theft
 * from somebody waits until there is somebody who was just here.
 */
function sessionOpener(seed: number, startMs: number, seenAtHome: readonly Customer[]): () => Running {
  const choices = derived(seed, 'sessions');
  let kinds: FraudKind[] = [];
  let theftDueIn = FIRST_THEFT_SESSION;
  let opened = 0;

  const nextTheft = (): FraudKind | undefined => {
    if (--theftDueIn > 0) return undefined;
    if (kinds.length === 0) kinds = shuffled(choices, FRAUD_KINDS);
    const kind = kinds.find((one) => seenAtHome.length > 0 || !needsVictim(one));
    if (kind === undefined) return undefined;
    kinds = kinds.filter((one) => one !== kind);
    theftDueIn = Math.ceil(exponential(choices, SESSIONS_A_THEFT));
    return kind;
  };
  const open = (): Omit<Running, 'step'> => {
    const random = derived(seed, 'session', opened);
    const ids = idsOf(seed, startMs, 'session', opened++);
    const session: Session = { visitor: stranger(seed, random, ids), random, ids };
    const honest = { session, planted: undefined, customer: undefined };
    const kind = nextTheft();
    if (kind) {
      const victim = needsVictim(kind) ? pick(choices, seenAtHome) : undefined;
      return { ...honest, journey: theft(kind, session, victim), planted: kind };
    }
    if (chance(choices, CRAWL_SHARE)) return { ...honest, journey: crawl(session, pickWeighted(choices, CRAWLERS)) };
    if (!chance(choices, RETURNING_SHARE)) return { ...honest, journey: shopper(session, undefined) };
    const owner = customer(seed, integer(choices, 0, CUSTOMERS - 1));
    session.visitor = { ...owner, sessionId: sessionId(ids), userId: undefined };
    return { ...honest, journey: shopper(session, owner.userId), customer: owner };
  };

  return () => {
    for (;;) {
      const running = open();
      const first = running.journey.next();
      if (!first.done) return { ...running, step: first.value };
    }
  };
}

function isLogin({ event_type, properties }: ClientEvent): boolean {
  return event_type === 'login' && properties?.succeeded === true;
}

function remember(seenAtHome: Customer[], owner: Customer): void {
  seenAtHome.push(owner);
  if (seenAtHome.length > RECENT_CUSTOMERS) seenAtHome.shift();
}

function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  return items.map((item) => ({ item, place: random() })).toSorted((a, b) => a.place - b.place).map(({ item }) => item);
}
