import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;

/** Random bytes as text, from a pool: asking the system for each id costs more than the id. */
export function randomText(byteCount: number, encoding: 'hex' | 'base64url'): string {
  if (used + byteCount > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += byteCount;
  return pool.toString(encoding, used - byteCount, used);
}
