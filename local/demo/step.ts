import { SITE, type Product, priceMinor, productPage } from './catalogue.ts';
import { pickWeighted, type Random } from './choice.ts';
import type { Ids } from './ids.ts';
import type { Visitor } from './visitor.ts';

/** What a client sends in one request, so long after its last one. */
export interface Step {
  afterMs: number;
  events: Draft[];
}

/** A client event without what its session and its time add. */
export interface Draft {
  event_type: string;
  page?: string;
  referrer?: string;
  properties?: Record<string, unknown>;
}

/** A session as a script: each step is decided when the one before it was sent. */
export type Journey = Generator<Step, void, void>;

/** The parties to a journey: who goes it, their choices, and ids that differ from run to run. */
export interface Session {
  visitor: Visitor;
  random: Random;
  ids: Ids;
}

export interface CartLine {
  product: Product;
  quantity: number;
}

const TERMINALS_A_CURRENCY = 3;

export function pageView(page: string, referrer?: string): Draft {
  return { event_type: 'page_view', page, ...(referrer === undefined ? {} : { referrer }) };
}

export function productView({ visitor }: Session, product: Product): Draft {
  const { id, category } = product;
  const properties = { product_id: id, category, price_minor: priceMinor(product, visitor.country), currency: visitor.country.currency };
  return { event_type: 'product_view', page: productPage(product), properties };
}

export function addToCart({ visitor }: Session, { product, quantity }: CartLine): Draft {
  const properties = { product_id: product.id, quantity, price_minor: priceMinor(product, visitor.country), currency: visitor.country.currency };
  return { event_type: 'add_to_cart', page: productPage(product), properties };
}

export function login(succeeded: boolean): Draft {
  return { event_type: 'login', page: `${SITE}/login`, properties: { method: 'password', succeeded } };
}

export function signUp(): Draft {
  return { event_type: 'sign_up', page: `${SITE}/sign-up`, properties: { method: 'password' } };
}

/** One order on its way to the payment provider; each attempt at paying it is a purchase or is declined. */
export interface Order {
  orderId: string;
  lines: CartLine[];
  terminalId: string;
}

export function order({ visitor, random, ids }: Session, lines: CartLine[]): Order {
  const terminal = pickWeighted(random, Array.from({ length: TERMINALS_A_CURRENCY }, (_, index) => ({ number: index + 1, weight: 3 - index })));
  return { orderId: `ord-${ids.uuid()}`, lines, terminalId: `web-${visitor.country.currency.toLowerCase()}-${terminal.number}` };
}

export function purchase(session: Session, paid: Order): Draft {
  const items = paid.lines.map(({ product, quantity }) => ({ product_id: product.id, quantity, price_minor: priceMinor(product, session.visitor.country) }));
  return { event_type: 'purchase', page: `${SITE}/checkout/thanks`, properties: { ...payment(session, paid), items } };
}

export function paymentDeclined(session: Session, refused: Order, declineCode: string): Draft {
  return { event_type: 'payment_declined', page: `${SITE}/checkout/payment`, properties: { ...payment(session, refused), decline_code: declineCode } };
}

function payment({ visitor }: Session, { orderId, lines, terminalId }: Order): Record<string, unknown> {
  return {
    order_id: orderId,
    amount_minor: lines.reduce((sum, { product, quantity }) => sum + quantity * priceMinor(product, visitor.country), 0),
    currency: visitor.country.currency,
    payment_method: 'card',
    payment_fingerprint: visitor.paymentFingerprint,
    terminal_id: terminalId,
  };
}
