import { categoryPage, PRODUCTS, productPage, SITE } from './catalogue.ts';
import { chance, integer, pause, pick, pickWeighted, type Random } from './choice.ts';
import { addToCart, login, order, pageView, paymentDeclined, productView, purchase, signUp, type CartLine, type Journey, type Session } from './step.ts';

/** People read faster here than in life, so that a demo of a minute shows whole visits. */
const READING_MS = 3_000;
const FORM_MS = 7_000;

const BOUNCE_SHARE = 0.3;
const CART_SHARE = 0.35;
const CHECKOUT_SHARE = 0.7;
const MISTYPED_PASSWORD_SHARE = 0.08;
const DECLINED_SHARE = 0.04;

const SOURCES: readonly { weight: number; referrer?: string; campaign?: string }[] = [
  { weight: 35, referrer: 'https://www.google.com/' },
  { weight: 25 },
  { weight: 5, referrer: 'https://www.bing.com/' },
  { weight: 3, referrer: 'https://duckduckgo.com/' },
  { weight: 8, referrer: 'https://www.google.com/', campaign: 'utm_source=google&utm_medium=cpc&utm_campaign=winter_sale&gclid=demo' },
  { weight: 7, referrer: 'https://l.instagram.com/', campaign: 'utm_source=instagram&utm_medium=paid_social&utm_campaign=winter_sale' },
  { weight: 5, referrer: 'https://m.facebook.com/', campaign: 'utm_source=facebook&utm_medium=social&utm_campaign=gift_guide' },
  { weight: 8, campaign: 'utm_source=newsletter&utm_medium=email&utm_campaign=weekly' },
  { weight: 2, referrer: 'https://chatgpt.com/', campaign: 'utm_source=chatgpt.com' },
  { weight: 2, referrer: 'https://blog.example/best-headphones' },
];

/**
 * A person's visit: they land, look around, and some put things in the cart, log in or sign up, and pay.
 * `account` is the user they are when they log in; without one they are new and sign up.
 */
export function* shopper(session: Session, account: string | undefined): Journey {
  const { random } = session;
  yield { afterMs: 0, events: [landing(random)] };
  if (chance(random, BOUNCE_SHARE)) return;

  const cart: CartLine[] = [];
  for (let views = integer(random, 1, 5); views > 0; views--) {
    const product = pickWeighted(random, PRODUCTS);
    if (chance(random, 0.5)) yield { afterMs: pause(random, READING_MS), events: [pageView(categoryPage(product.category), SITE)] };
    yield { afterMs: pause(random, READING_MS), events: [pageView(productPage(product), categoryPage(product.category)), productView(session, product)] };
    if (!chance(random, CART_SHARE)) continue;
    const line = { product, quantity: chance(random, 0.85) ? 1 : integer(random, 2, 3) };
    cart.push(line);
    yield { afterMs: pause(random, READING_MS), events: [addToCart(session, line)] };
  }
  if (cart.length === 0) return;
  yield { afterMs: pause(random, READING_MS), events: [pageView(`${SITE}/cart`, SITE)] };
  if (chance(random, CHECKOUT_SHARE)) yield* checkOut(session, account, cart);
}

function* checkOut(session: Session, account: string | undefined, cart: CartLine[]): Journey {
  const { random, visitor } = session;
  const entrance = account === undefined ? 'sign-up' : 'login';
  yield { afterMs: pause(random, READING_MS), events: [pageView(`${SITE}/${entrance}`, `${SITE}/cart`)] };
  visitor.userId = account ?? `user-${session.ids.hex(12)}`;
  if (account !== undefined && chance(random, MISTYPED_PASSWORD_SHARE)) yield { afterMs: pause(random, FORM_MS), events: [login(false)] };
  yield { afterMs: pause(random, FORM_MS), events: [account === undefined ? signUp() : login(true)] };

  const placed = order(session, cart);
  yield { afterMs: pause(random, FORM_MS), events: [pageView(`${SITE}/checkout/payment`, `${SITE}/cart`)] };
  if (chance(random, DECLINED_SHARE)) {
    yield { afterMs: pause(random, FORM_MS), events: [paymentDeclined(session, placed, pick(random, ['insufficient_funds', 'incorrect_cvc', 'do_not_honor']))] };
    if (chance(random, 0.4)) return;
  }
  yield { afterMs: pause(random, FORM_MS), events: [purchase(session, placed), pageView(`${SITE}/checkout/thanks`, `${SITE}/checkout/payment`)] };
}

function landing(random: Random): ReturnType<typeof pageView> {
  const { referrer, campaign } = pickWeighted(random, SOURCES);
  const product = pickWeighted(random, PRODUCTS);
  const page = pick(random, [`${SITE}/`, categoryPage(product.category), productPage(product)]);
  return pageView(campaign === undefined ? page : `${page}?${campaign}`, referrer);
}
