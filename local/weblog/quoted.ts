const SIMPLE_ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', v: '\v', f: '\f', '"': '"', '\\': '\\' };
const utf8 = new TextDecoder('utf-8');

/**
 * The places of the double quotes that delimit fields: those that no backslash escapes.
 * Apache writes a quote in a field as \", nginx as \x22; both write a backslash escaped.
 */
export function quotePositions(text: string, from: number): number[] {
  const positions: number[] = [];
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '"') positions.push(at);
  }
  return positions;
}

/**
 * A field as its client sent it: escapes undone, then its bytes (one a character, as the line was read) taken as UTF-8,
 * with U+FFFD for what is none. An escape that neither server writes stays as it is.
 */
export function decodeField(field: string): string {
  const bytes = field.includes('\\')
    ? field.replaceAll(/\\(?:x([0-9a-fA-F]{2})|([\s\S]))/g, (whole, hex: string | undefined, char: string | undefined) =>
        hex === undefined ? (SIMPLE_ESCAPES[char ?? ''] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : field;
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : utf8.decode(Buffer.from(bytes, 'latin1'));
}
