/** What a date has to do with a time zone, as numbers. */
interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  offsetMinutes: number;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** The longest numbers by letter; a longer run of the letter means text, or nothing. */
const LETTERS = 'yuMLdDHhkKmsSaEXxZ';

/**
 * Compiles a pattern of Java's DateTimeFormatter for instants in a time zone, in English.
 * Supports years, months, days, hours, minutes, seconds, fractions (always zero: Firehose has seconds), am and pm,
 * weekdays and offsets; throws RangeError naming any other letter.
 * https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
 */
export function javaTimeFormat(pattern: string, timeZone: string): (epochMs: number) => string {
  const parts = [...pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|(')/g)].map((match): ((fields: Fields) => string) => {
    const [text, quoted, letter, openQuote] = match;
    if (openQuote !== undefined) throw new RangeError(`time pattern ${JSON.stringify(pattern)}: a quote is not closed`);
    if (quoted !== undefined) return () => (quoted === '' ? "'" : quoted.replaceAll("''", "'"));
    if (letter === undefined) return () => text;
    if (!LETTERS.includes(letter)) throw new RangeError(`time pattern ${JSON.stringify(pattern)}: letter ${letter} is not supported; supported are ${LETTERS}`);
    return (fields) => format(letter, text.length, fields);
  });
  const fieldsOf = zonedFields(timeZone);
  return (epochMs) => {
    const fields = fieldsOf(epochMs);
    return parts.map((part) => part(fields)).join('');
  };
}

function format(letter: string, width: number, fields: Fields): string {
  const number = (value: number): string => String(value).padStart(width, '0');
  switch (letter) {
    case 'y':
    case 'u':
      return width === 2 ? String(fields.year % 100).padStart(2, '0') : number(fields.year);
    case 'M':
    case 'L':
      return name(MONTHS[fields.month - 1] as string, width) ?? number(fields.month);
    case 'd':
      return number(fields.day);
    case 'D':
      return number(Math.round((Date.UTC(fields.year, fields.month - 1, fields.day) - Date.UTC(fields.year, 0, 1)) / 86_400_000) + 1);
    case 'H':
      return number(fields.hour);
    case 'k':
      return number(fields.hour || 24);
    case 'h':
      return number(fields.hour % 12 || 12);
    case 'K':
      return number(fields.hour % 12);
    case 'm':
      return number(fields.minute);
    case 's':
      return number(fields.second);
    case 'S':
      return number(0);
    case 'a':
      return fields.hour < 12 ? 'AM' : 'PM';
    case 'E':
      return name(DAYS[new Date(Date.UTC(fields.year, fields.month - 1, fields.day)).getUTCDay()] as string, Math.max(width, 3)) as string;
    default:
      return offset(letter, width, fields.offsetMinutes);
  }
}

/** `January` by the letter's width: 3 `Jan`, 4 `January`, 5 `J`; undefined for fewer, which means the number. */
function name(long: string, width: number): string | undefined {
  if (width < 3) return undefined;
  return width === 3 ? long.slice(0, 3) : width === 4 ? long : long.slice(0, 1);
}

function offset(letter: string, width: number, minutes: number): string {
  if (letter === 'X' && minutes === 0) return 'Z';
  const sign = minutes < 0 ? '-' : '+';
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0');
  const rest = String(Math.abs(minutes) % 60).padStart(2, '0');
  if (letter === 'Z') return width === 4 ? (minutes === 0 ? 'GMT' : `GMT${sign}${hours}:${rest}`) : width === 5 ? `${sign}${hours}:${rest}` : `${sign}${hours}${rest}`;
  if (width === 1) return `${sign}${hours}${rest === '00' ? '' : rest}`;
  return width === 2 ? `${sign}${hours}${rest}` : `${sign}${hours}:${rest}`;
}

function zonedFields(timeZone: string): (epochMs: number) => Fields {
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'iso8601', hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  return (epochMs) => {
    const parts = Object.fromEntries(formatter.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
    return { year, month, day, hour, minute, second, offsetMinutes: Math.round((asUtc - Math.floor(epochMs / 1000) * 1000) / 60_000) };
  };
}
