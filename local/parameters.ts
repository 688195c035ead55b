import { createHash } from 'node:crypto';

/** The write keys of the demo shop, in the clear: they open nothing but a laptop. */
export const DEMO_WRITE_KEY = 'demo-write-key';
/** A server key: its events may state the `ip` and `user_agent` of another, as a replayed log does. */
export const DEMO_SERVER_KEY = 'demo-server-key';

/**
 * The template's parameters as `npm start` gives them where its defaults suit an account and not a laptop.
 * `--parameter Name=Value` overrides each.
 */
export const LOCAL_PARAMETERS: Readonly<Record<string, string>> = {
  Environment: 'local',
  WriteKeys: [`demo-shop:${sha256(DEMO_WRITE_KEY)}`, `demo-shop:${sha256(DEMO_SERVER_KEY)}:server`].join(','),
  // An event that was posted just now can be queried while its sender still looks.
  LakeBufferIntervalSeconds: '5',
};

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
