import { javaTimeFormat } from './java-time.ts';

/** `processing-failed` for what the transform could not do; the only error of a delivery to S3 without conversion. */
export type ErrorOutputType = 'processing-failed';

export interface PrefixContext {
  /** The approximate arrival of the oldest record in the object. */
  oldestArrivalMs: number;
  errorOutputType?: ErrorOutputType | undefined;
  random: () => number;
}

const RANDOM_CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** `!{firehose:random-string}` has 11 characters. */
const RANDOM_LENGTH = 11;
/** What Firehose adds to a prefix that has no time. */
const DEFAULT_TIME = 'yyyy/MM/dd/HH/';

/**
 * Compiles a prefix with its expressions: `!{timestamp:pattern}`, `!{firehose:random-string}` and, in an error prefix,
 * `!{firehose:error-output-type}`. As Firehose does, a prefix without a time gets `yyyy/MM/dd/HH/` behind it.
 * Throws RangeError for every other expression, dynamic partitioning's included.
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 */
export function prefixExpression(prefix: string, isErrorPrefix: boolean, timeZone: string): (context: PrefixContext) => string {
  const withTime = prefix.includes('!{timestamp:') ? prefix : `${prefix}!{timestamp:${DEFAULT_TIME}}`;
  const parts = withTime.split(/(!\{[^}]*\})/).map((part): ((context: PrefixContext) => string) => {
    const expression = /^!\{([^:}]*):?([^}]*)\}$/.exec(part);
    if (!expression) return () => part;
    const [, namespace, value] = expression;
    if (namespace === 'timestamp' && value) {
      const time = javaTimeFormat(value, timeZone);
      return ({ oldestArrivalMs }) => time(oldestArrivalMs);
    }
    if (namespace === 'firehose' && value === 'random-string') return ({ random }) => randomString(random);
    if (namespace === 'firehose' && value === 'error-output-type' && isErrorPrefix) return ({ errorOutputType }) => errorOutputType ?? '';
    throw new RangeError(`prefix ${JSON.stringify(prefix)}: expression ${part} is not supported here; supported are !{timestamp:…}, !{firehose:random-string} and, in ErrorOutputPrefix, !{firehose:error-output-type}`);
  });
  return (context) => parts.map((part) => part(context)).join('');
}

/** The error prefix that Firehose uses: what is configured, or `processing-failed/` when nothing is. */
export function errorPrefixOf(prefix: string, errorOutputPrefix: string): string {
  if (errorOutputPrefix === '' && !prefix.includes('!{')) return '!{firehose:error-output-type}/';
  if (!errorOutputPrefix.includes('!{firehose:error-output-type}')) {
    throw new RangeError(`ErrorOutputPrefix ${JSON.stringify(errorOutputPrefix)}: expected !{firehose:error-output-type} in it, as Firehose does when Prefix has expressions`);
  }
  return errorOutputPrefix;
}

function randomString(random: () => number): string {
  return Array.from({ length: RANDOM_LENGTH }, () => RANDOM_CHARACTERS[Math.floor(random() * RANDOM_CHARACTERS.length)]).join('');
}
