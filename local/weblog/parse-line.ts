import { decodeField, quotePositions } from './quoted.ts';

/** One request as a web server logged it. Undefined is the log's `-`. */
export interface LoggedRequest {
  /** The client's address, or its host name where the server looks names up. */
  host: string;
  /** The authenticated user. */
  user: string | undefined;
  timeMs: number;
  /** The whole request line, decoded. */
  request: string | undefined;
  /** Its parts, when it is a request line at all. */
  method: string | undefined;
  target: string | undefined;
  protocol: string | undefined;
  status: number | undefined;
  /** Bytes of the body; the log's `-` means none were sent, so 0. */
  bytes: number;
  referrer: string | undefined;
  userAgent: string | undefined;
}

export type ParsedLine = { ok: true; request: LoggedRequest } | { ok: false; reason: string };

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = / \[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})\] /;
const STATUS_AND_SIZE = / (\d{3}|-) (\d{1,15}|-)(?= |$)/y;
const MINUTE_MS = 60_000;

/**
 * A line of the common or the combined log format (Apache, nginx), its bytes one a character (`latin1`), without its
 * end of line. Fields after the user agent are let pass. It never throws: what is no such line says why.
 */
export function parseLine(line: string): ParsedLine {
  if (line.trim() === '') return refuse('empty line');
  const time = TIME.exec(line);
  if (!time) return refuse('no [day/month/year:hour:minute:second zone]');
  const timeMs = readTime(time);
  if (timeMs === undefined) return refuse('a time that does not exist');

  const client = /^(\S+) (\S+) (.+)$/.exec(line.slice(0, time.index));
  if (!client) return refuse('no address, identity and user before the time');
  const opening = time.index + time[0].length;
  if (line[opening] !== '"') return refuse('no quoted request after the time');

  const quotes = quotePositions(line, opening + 1);
  const closing = quotes.find((at) => matchAt(STATUS_AND_SIZE, line, at + 1));
  if (closing === undefined) return refuse('no status and size after the request');
  const numbers = matchAt(STATUS_AND_SIZE, line, closing + 1);
  if (!numbers) return refuse('no status and size after the request');

  const fields = readReferrerAndAgent(line, closing + 1 + numbers[0].length, quotes);
  if (!fields) return refuse('a referrer without its closing quote');
  const request = field(line.slice(opening + 1, closing));
  return {
    ok: true,
    request: {
      host: decodeField(client[1] ?? ''),
      user: client[3] === '""' ? undefined : field(client[3] ?? ''),
      timeMs,
      request,
      ...readRequestLine(request),
      status: numbers[1] === '-' ? undefined : Number(numbers[1]),
      bytes: numbers[2] === '-' ? 0 : Number(numbers[2]),
      ...fields,
    },
  };
}

function refuse(reason: string): ParsedLine {
  return { ok: false, reason };
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

function field(text: string): string | undefined {
  return text === '-' ? undefined : decodeField(text);
}

/** Milliseconds since the epoch, or undefined for a date or a zone that does not exist. Second 60 is a leap second. */
function readTime(match: RegExpExecArray): number | undefined {
  const [day, year, hour, minute, second, zoneHours, zoneMinutes] = [1, 3, 4, 5, 6, 8, 9].map((group) => Number(match[group]));
  const month = MONTHS.indexOf(match[2] ?? '');
  if (month < 0 || hour! > 23 || minute! > 59 || second! > 60 || zoneHours! > 14 || zoneMinutes! > 59) return undefined;
  const date = new Date(Date.UTC(year!, month, day!));
  if (date.getUTCDate() !== day || date.getUTCFullYear() !== year) return undefined;
  const local = date.getTime() + ((hour! * 60 + minute!) * 60 + second!) * 1000;
  const zone = (zoneHours! * 60 + zoneMinutes!) * MINUTE_MS;
  return match[7] === '-' ? local + zone : local - zone;
}

/** `METHOD target [HTTP/n]`; a target may hold spaces. What is none (TLS to a plain port, a scanner's bytes) has no parts. */
function readRequestLine(request: string | undefined): Pick<LoggedRequest, 'method' | 'target' | 'protocol'> {
  const none = { method: undefined, target: undefined, protocol: undefined };
  const afterMethod = request?.indexOf(' ') ?? -1;
  if (request === undefined || !/^[A-Za-z][A-Za-z_-]{0,31}$/.test(request.slice(0, Math.max(0, afterMethod)))) return none;
  const last = request.slice(request.lastIndexOf(' ') + 1);
  const protocol = /^HTTP\/\d(?:\.\d)?$/.test(last) ? last : undefined;
  const target = request.slice(afterMethod, request.length - (protocol?.length ?? 0)).trim();
  return target === '' ? none : { method: request.slice(0, afterMethod), target, protocol };
}

/**
 * Both undefined in the common format. Undefined as a whole when the referrer's quote is not closed; an agent that
 * the end of the line cuts off is taken as far as it goes, since all the rest is there.
 */
function readReferrerAndAgent(
  line: string,
  from: number,
  quotes: readonly number[],
): Pick<LoggedRequest, 'referrer' | 'userAgent'> | undefined {
  if (!line.startsWith(' "', from)) return { referrer: undefined, userAgent: undefined };
  // Servers of old wrote quotes unescaped. A referrer ends where a quoted field follows; an agent ends at the first
  // quote after which the quotes pair up again, so that a quoted word inside it does not end it.
  const rest = quotes.filter((at) => at > from + 1);
  const referrerEnd = rest.find((at) => line.startsWith('" "', at));
  if (referrerEnd === undefined) return undefined;
  const agentStart = referrerEnd + 3;
  const candidates = rest.filter((at) => at >= agentStart);
  const agentEnd = candidates.find(
    (at, index) => (at + 1 === line.length || line[at + 1] === ' ') && (candidates.length - index - 1) % 2 === 0,
  );
  return { referrer: field(line.slice(from + 2, referrerEnd)), userAgent: field(line.slice(agentStart, agentEnd ?? line.length)) };
}
