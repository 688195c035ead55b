import { S3Store, SqsStore } from './fauxqs.ts';

/** Lists objects in the order of their UTF-8 bytes, as S3 does; fauxqs sorts by locale and so pages past some keys. */
export class OrderedS3Store extends S3Store {
  override listObjects(bucket: string, options: Parameters<S3Store['listObjects']>[1] = {}): ReturnType<S3Store['listObjects']> {
    const { prefix = '', delimiter, maxKeys = 1000 } = options;
    const startAfter = options.startAfter ?? options.marker ?? '';
    const everything = super.listObjects(bucket, { prefix, maxKeys: Number.POSITIVE_INFINITY }).objects;
    const page: ReturnType<S3Store['listObjects']> = { objects: [], commonPrefixes: [], isTruncated: false };
    for (const object of everything.sort((a, b) => compareKeys(a.key, b.key))) {
      if (compareKeys(object.key, startAfter) <= 0) continue;
      const end = delimiter ? object.key.indexOf(delimiter, prefix.length) : -1;
      const group = end < 0 ? undefined : object.key.slice(0, end + (delimiter as string).length);
      if (group !== undefined && (page.commonPrefixes.at(-1) === group || startAfter.startsWith(group))) continue;
      if (page.objects.length + page.commonPrefixes.length >= maxKeys) {
        page.isTruncated = true;
        break;
      }
      if (group === undefined) page.objects.push(object);
      else page.commonPrefixes.push(group);
    }
    return page;
  }
}

/** Finds queues by name alone: fauxqs fixes the account to 000000000000, a template's arns have their own. */
export class NamedSqsStore extends SqsStore {
  override getQueue(url: string): ReturnType<SqsStore['getQueue']> {
    return this.getQueueByName(url.slice(url.lastIndexOf('/') + 1));
  }

  override getQueueByArn(arn: string): ReturnType<SqsStore['getQueueByArn']> {
    return this.getQueueByName(arn.slice(arn.lastIndexOf(':') + 1));
  }
}

function compareKeys(left: string, right: string): number {
  // Code units order like UTF-8 bytes but for surrogates; only then are the bytes needed.
  if (/[\ud800-\udfff]/.test(left) || /[\ud800-\udfff]/.test(right)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : left > right ? 1 : 0;
}
