import { addressIn, DISTANT_NETWORKS } from './addresses.ts';
import { categoryPage, PRODUCTS, productPage, SITE, type Product } from './catalogue.ts';
import { chance, integer, pause, pick } from './choice.ts';
import { addToCart, login, order, pageView, paymentDeclined, productView, purchase, signUp, type Journey, type Session } from './step.ts';
import { fingerprint, sessionId, type Customer } from './visitor.ts';

export const FRAUD_KINDS = ['card_testing', 'account_takeover', 'stolen_card', 'bot_checkout', 'impossible_travel'] as const;
export type FraudKind = (typeof FRAUD_KINDS)[number];

/** What a thief does. */
type Theft =
  | { needsVictim: false; journey(session: Session): Journey }
  /** The victim is a customer who was in the shop just before. */
  | { needsVictim: true; journey(session: Session, victim: Customer): Journey };

const GIFT_CARDS = PRODUCTS.filter(({ category }) => category === 'gift-cards');
const DEAR = PRODUCTS.filter(({ euroCents }) => euroCents >= 30_000);
const CHEAP = PRODUCTS.filter(({ euroCents }) => euroCents < 3_000);

/** A list of card numbers is tried on small orders from one device; most are declined, those that pass are worth money. */
function* testCards(session: Session): Journey {
  const { visitor, random, ids } = session;
  visitor.ip = addressIn(pick(random, DISTANT_NETWORKS), random);
  const product = pick(random, CHEAP);
  yield* look(session, product);
  visitor.userId = newUser(session);
  yield { afterMs: pause(random, 3_000), events: [signUp()] };
  for (let cards = integer(random, 10, 25); cards > 0; cards--) {
    visitor.paymentFingerprint = fingerprint(ids);
    const attempt = order(session, [{ product, quantity: 1 }]);
    const passes = chance(random, 0.15);
    const event = passes ? purchase(session, attempt) : paymentDeclined(session, attempt, pick(random, ['do_not_honor', 'incorrect_cvc', 'expired_card', 'stolen_card']));
    yield { afterMs: pause(random, 1_500), events: [event] };
  }
}

/** Passwords are tried on a customer's account from a strange device until one fits, and dear things are bought with the card that is kept there. */
function* takeOver(session: Session, victim: Customer): Journey {
  const { visitor, random } = session;
  visitor.ip = addressIn(pick(random, DISTANT_NETWORKS), random);
  visitor.country = victim.country;
  yield { afterMs: 0, events: [pageView(`${SITE}/login`)] };
  visitor.userId = victim.userId;
  for (let tries = integer(random, 5, 12); tries > 0; tries--) yield { afterMs: pause(random, 1_200), events: [login(false)] };
  yield { afterMs: pause(random, 1_200), events: [login(true)] };
  visitor.paymentFingerprint = victim.paymentFingerprint;
  yield* buyQuickly(session, pick(random, [...DEAR, ...GIFT_CARDS]), integer(random, 2, 4));
}

/** Somebody else's card is used on a fresh account for things that are easily sold, several times in a row. */
function* useStolenCard(session: Session, victim: Customer): Journey {
  const { visitor, random } = session;
  visitor.ip = addressIn(pick(random, DISTANT_NETWORKS), random);
  visitor.country = victim.country;
  yield { afterMs: 0, events: [pageView(`${SITE}/`)] };
  visitor.userId = newUser(session);
  yield { afterMs: pause(random, 4_000), events: [signUp()] };
  visitor.paymentFingerprint = victim.paymentFingerprint;
  for (let orders = integer(random, 2, 4); orders > 0; orders--) yield* buyQuickly(session, pick(random, DEAR), integer(random, 1, 3));
}

/** A script empties a shelf: account after account from one address, no page looked at, each order paid within a second. */
function* checkOutAsBot(session: Session): Journey {
  const { visitor, random, ids } = session;
  const line = { product: pick(random, DEAR), quantity: 2 };
  for (let accounts = integer(random, 8, 16); accounts > 0; accounts--) {
    visitor.userId = newUser(session);
    visitor.anonymousId = `anon-${ids.hex(16)}`;
    visitor.sessionId = sessionId(ids);
    visitor.paymentFingerprint = fingerprint(ids);
    yield { afterMs: integer(random, 500, 1_500), events: [signUp()] };
    yield { afterMs: integer(random, 80, 200), events: [addToCart(session, line)] };
    yield { afterMs: integer(random, 80, 200), events: [purchase(session, order(session, [line]))] };
  }
}

/** A customer who was just seen at home logs in from another continent, and buys. */
function* travelImpossibly(session: Session, victim: Customer): Journey {
  const { visitor, random } = session;
  visitor.ip = addressIn(pick(random, DISTANT_NETWORKS), random);
  visitor.country = victim.country;
  yield { afterMs: 0, events: [pageView(`${SITE}/login`)] };
  visitor.userId = victim.userId;
  yield { afterMs: pause(random, 3_000), events: [login(true)] };
  visitor.paymentFingerprint = victim.paymentFingerprint;
  yield* buyQuickly(session, pick(random, DEAR), 1);
}

function* look(session: Session, product: Product): Journey {
  const { random } = session;
  yield { afterMs: pause(random, 1_500), events: [pageView(productPage(product), categoryPage(product.category)), productView(session, product)] };
}

function* buyQuickly(session: Session, product: Product, quantity: number): Journey {
  const { random } = session;
  yield* look(session, product);
  yield { afterMs: pause(random, 1_000), events: [addToCart(session, { product, quantity })] };
  yield { afterMs: pause(random, 2_000), events: [purchase(session, order(session, [{ product, quantity }]))] };
}

function newUser({ ids }: Session): string {
  return `user-${ids.hex(12)}`;
}

/** The thief's journey for each kind of fraud that the demo plants. */
const THEFT_OF: Readonly<Record<FraudKind, Theft>> = {
  card_testing: { needsVictim: false, journey: testCards },
  account_takeover: { needsVictim: true, journey: takeOver },
  stolen_card: { needsVictim: true, journey: useStolenCard },
  bot_checkout: { needsVictim: false, journey: checkOutAsBot },
  impossible_travel: { needsVictim: true, journey: travelImpossibly },
};

/** Whether this kind robs somebody who must have been in the shop just before. */
export function needsVictim(kind: FraudKind): boolean {
  return THEFT_OF[kind].needsVictim;
}

/** What a thief of this kind does, in a session of their own. Throws when the kind needs a victim and gets none. */
export function theft(kind: FraudKind, session: Session, victim: Customer | undefined): Journey {
  const chosen = THEFT_OF[kind];
  if (!chosen.needsVictim) return chosen.journey(session);
  if (!victim) throw new TypeError(`${kind}: expected a victim, got none`);
  return chosen.journey(session, victim);
}
