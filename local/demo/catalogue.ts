import type { Country } from './addresses.ts';

export interface Product {
  id: string;
  category: string;
  /** The last part of its page's path. */
  slug: string;
  euroCents: number;
  /** How often it is looked at, against the others. */
  weight: number;
}

export const SITE = 'https://shop.example';

const SHELVES: readonly { category: string; products: readonly [slug: string, euroCents: number, weight: number][] }[] = [
  {
    category: 'headphones',
    products: [['studio-over-ear', 24_900, 5], ['everyday-in-ear', 4_900, 12], ['sport-clip', 7_900, 6], ['kids-volume-limited', 2_900, 3]],
  },
  {
    category: 'phones',
    products: [['pocket-5', 32_900, 9], ['pocket-5-pro', 89_900, 7], ['senior-flip', 6_900, 2], ['rugged-x', 44_900, 2]],
  },
  {
    category: 'laptops',
    products: [['air-13', 109_900, 6], ['studio-16', 199_900, 3], ['school-11', 34_900, 4]],
  },
  {
    category: 'home',
    products: [['pour-over-kettle', 5_490, 6], ['smart-bulb-set', 3_990, 8], ['robot-vacuum', 37_900, 5], ['air-purifier', 14_900, 4]],
  },
  {
    category: 'accessories',
    products: [['usb-c-cable', 1_290, 15], ['charger-65w', 3_490, 10], ['laptop-sleeve', 2_490, 5], ['webcam-1080p', 5_990, 5]],
  },
  { category: 'gift-cards', products: [['gift-card-25', 2_500, 2], ['gift-card-100', 10_000, 2], ['gift-card-200', 20_000, 1]] },
];

export const PRODUCTS: readonly Product[] = SHELVES.flatMap(({ category, products }) =>
  products.map(([slug, euroCents, weight], index) => ({ id: `${category.slice(0, 3)}-${index + 1}`, category, slug, euroCents, weight })),
);

/** The price in the country's currency, in its minor units. */
export function priceMinor(product: Product, country: Country): number {
  return Math.round(product.euroCents * country.minorPerEuroCent);
}

export function productPage(product: Product): string {
  return `${SITE}/p/${product.slug}`;
}

export function categoryPage(category: string): string {
  return `${SITE}/c/${category}`;
}
