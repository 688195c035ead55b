import type { Account } from '../account.ts';
import { findConsumer } from './consumers.ts';
import { invalidArgument } from './refusals.ts';
import type { Stream } from './stream.ts';

/** What one resource can have. */
export const MAX_TAGS = 50;

/** Whatever has tags, and the stream that it is saved with. */
export interface Tagged {
  name: string;
  tags: Record<string, string>;
  stream: Stream;
}

/** The stream or consumer of an ARN. */
export function taggedResource(account: Account, resourceArn: string): Tagged {
  if (resourceArn.includes('/consumer/')) {
    const { stream, consumer } = findConsumer(account, { ConsumerARN: resourceArn });
    return { name: consumer.name, tags: consumer.tags, stream };
  }
  const stream = account.find({ StreamARN: resourceArn });
  return { name: stream.state.name, tags: stream.state.tags, stream };
}

const INVALID_CHARACTER = /[^\u00C0-\u1FFF\u2C00-\uD7FF\w./\-=+_ @:]/;

/** Adds tags or gives them new values; throws InvalidArgumentException, with nothing changed, for a character or a number that AWS does not take. */
export function addTags(account: Account, { name, tags, stream }: Tagged, added: Record<string, string>): void {
  if (Object.entries(added).flat().some((text) => INVALID_CHARACTER.test(text))) {
    throw invalidArgument('Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @ :.');
  }
  const count = new Set([...Object.keys(tags), ...Object.keys(added)]).size;
  if (count > MAX_TAGS) {
    throw invalidArgument(
      `Failed to add tags to stream ${name} under account ${account.accountId} because a given stream cannot have more than ${MAX_TAGS} tags associated with it.`,
    );
  }
  Object.assign(tags, added);
  stream.save();
}

/** Takes tags away; keys that are not there do not matter. */
export function removeTags({ tags, stream }: Tagged, keys: readonly string[]): void {
  for (const key of keys) delete tags[key];
  stream.save();
}

/** Tags by key, as lists show them. */
export function listTags(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));
}
