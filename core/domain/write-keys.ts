import { createHash, timingSafeEqual } from 'node:crypto';

/** Who may hold a key. Everybody sees a browser's; a server's events may state the `ip` and `user_agent` of another. */
export type KeyKind = 'browser' | 'server';

/** A key that may write events of one app; only its SHA-256 is known here. */
export interface WriteKey {
  appId: string;
  sha256: Buffer;
  kind: KeyKind;
}

const ENTRY = /^(?<appId>[a-z0-9_-]{1,64}):(?<hash>[0-9a-f]{64})(?<server>:server)?$/;

/** Reads `app_id:sha256hex[:server],…`; empty text is no key at all, so that every request is refused. */
export function parseWriteKeys(text: string): WriteKey[] {
  const entries = text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  return entries.map((entry, index) => {
    const { appId, hash, server } = ENTRY.exec(entry)?.groups ?? {};
    if (appId === undefined || hash === undefined) {
      // The entry itself is not shown: someone may have put the key there instead of its hash.
      throw new Error(
        `entry ${index + 1} of ${entries.length}: expected app_id:sha256 with 64 lower-case hexadecimal digits, and :server behind it for a server's key; ` +
          `make one with: printf %s "$WRITE_KEY" | sha256sum`,
      );
    }
    return { appId, sha256: Buffer.from(hash, 'hex'), kind: server === undefined ? 'browser' : 'server' };
  });
}

/** What is known of a key, or undefined. The time it takes does not tell which key is how nearly right. */
export function findWriteKey(keys: readonly WriteKey[], key: string): WriteKey | undefined {
  const digest = createHash('sha256').update(key).digest();
  let found: WriteKey | undefined;
  for (const candidate of keys) {
    if (timingSafeEqual(candidate.sha256, digest)) found = candidate;
  }
  return found;
}
