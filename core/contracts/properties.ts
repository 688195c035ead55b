import * as z from 'zod';

/** How deep objects and arrays may nest inside `properties`; JSON.stringify and SQL engines recurse by depth. */
export const MAX_PROPERTIES_DEPTH = 8;

/** An event's own data: any JSON object that nests at most MAX_PROPERTIES_DEPTH deep. It is passed on as it is. */
export function propertiesField() {
  const expected = `an object that nests at most ${MAX_PROPERTIES_DEPTH} levels deep`;
  return z.custom<Record<string, unknown>>((value) => isObject(value) && nestsAtMost(value, MAX_PROPERTIES_DEPTH), expected);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a JSON value nests at most `levels` deep; a value without children has depth 0. Never recurses. */
export function nestsAtMost(value: unknown, levels: number): boolean {
  let layer: unknown[] = [value];
  for (let depth = 0; layer.length > 0; depth++) {
    const containers = layer.filter((item) => typeof item === 'object' && item !== null);
    if (containers.length > 0 && depth === levels) return false;
    layer = containers.flatMap((container) => Object.values(container as object));
  }
  return true;
}
