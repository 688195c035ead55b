import { createHash, timingSafeEqual } from 'node:crypto';

/** A key that may write events of one app; only its SHA-256 is known here. */
export interface WriteKey {
  appId: string;
  sha256: Buffer;
}

const ENTRY = /^(?<appId>[A-Za-z0-9_-]{1,64}):(?<hash>[0-9a-f]{64})$/;

/** Reads `app_id:sha256hex,…`; empty text is no key at all, so that every request is refused. */
export function parseWriteKeys(text: string): WriteKey[] {
  const entries = text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  return entries.map((entry, index) => {
    const { appId, hash } = ENTRY.exec(entry)?.groups ?? {};
    if (appId === undefined || hash === undefined) {
      // The entry itself is not shown: someone may have put the key there instead of its hash.
      throw new Error(
        `entry ${index + 1} of ${entries.length}: expected app_id:sha256 with 64 lower-case hexadecimal digits; ` +
          `make one with: printf %s "$WRITE_KEY" | sha256sum`,
      );
    }
    return { appId, sha256: Buffer.from(hash, 'hex') };
  });
}

/** The app whose key this is, or undefined. The time it takes does not tell which key is how nearly right. */
export function findApp(keys: readonly WriteKey[], key: string): string | undefined {
  const digest = createHash('sha256').update(key).digest();
  let found: string | undefined;
  for (const { appId, sha256 } of keys) {
    if (timingSafeEqual(sha256, digest)) found = appId;
  }
  return found;
}
