import { createHash } from 'node:crypto';

/** Ids that do not collide, unlike those from the 32-bit sequence that makes the choices; each call gives another. */
export interface Ids {
  /** At most 64 hexadecimal digits. */
  hex(digits: number): string;
  /** In the form of version 4. */
  uuid(): string;
}

/** The ids of what the names say: the same ones for the same names. */
export function idsOf(...names: (string | number)[]): Ids {
  let drawn = 0;
  const hex = (digits: number): string => createHash('sha256').update(`${names.join('/')}/${drawn++}`).digest('hex').slice(0, digits);
  return {
    hex,
    uuid: () => hex(32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5'),
  };
}
