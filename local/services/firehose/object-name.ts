import type { DeliveryStream } from '../../template/deployment.ts';
import { javaTimeFormat } from './java-time.ts';
import { errorPrefixOf, prefixExpression, type ErrorOutputType } from './prefix-expression.ts';

/** Counts the changes of a delivery stream's configuration; a local one is created anew with each. */
const DELIVERY_STREAM_VERSION = 1;

export type ObjectNamer = (oldestArrivalMs: number, uuid: string, errorOutputType?: ErrorOutputType) => string;

/**
 * Names objects `<prefix><delivery stream>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid><extension>`, the time being that of
 * the object's oldest record. Error objects have no extension, as they are not compressed.
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
 */
export function objectNamer(stream: DeliveryStream, random: () => number): ObjectNamer {
  const { name, prefix, errorOutputPrefix, customTimeZone, compression, fileExtension } = stream;
  const dataPrefix = prefixExpression(prefix, false, customTimeZone);
  const errorPrefix = prefixExpression(errorPrefixOf(prefix, errorOutputPrefix), true, customTimeZone);
  const time = javaTimeFormat('yyyy-MM-dd-HH-mm-ss', customTimeZone);
  const extension = fileExtension ?? (compression === 'GZIP' ? '.gz' : '');
  return (oldestArrivalMs, uuid, errorOutputType) => {
    const evaluated = (errorOutputType ? errorPrefix : dataPrefix)({ oldestArrivalMs, errorOutputType, random });
    return `${evaluated}${name}-${DELIVERY_STREAM_VERSION}-${time(oldestArrivalMs)}-${uuid}${errorOutputType ? '' : extension}`;
  };
}
