import { describe, expect, it } from '@jest/globals';
import { findWriteKey, parseWriteKeys } from './write-keys.ts';

// printf %s demo-write-key | sha256sum
const DEMO = 'demo-shop:8c365d0d5950e8e1ed371597bbf63992cf7613da0d65e84fbeded634b3e40c71';

describe('write keys', () => {
  it('tells the app of a key, by its hash alone', () => {
    const keys = parseWriteKeys(`other:${'0'.repeat(64)}, ${DEMO}`);

    expect(findWriteKey(keys, 'demo-write-key')).toMatchObject({ appId: 'demo-shop', kind: 'browser' });
    expect(findWriteKey(keys, 'demo-write-kez')).toBeUndefined();
    expect(findWriteKey(keys, '')).toBeUndefined();
  });

  it('tells a server\'s key from a browser\'s', () => {
    expect(findWriteKey(parseWriteKeys(`${DEMO}:server`), 'demo-write-key')).toMatchObject({ appId: 'demo-shop', kind: 'server' });
  });

  it('knows no key when none is configured', () => {
    expect(findWriteKey(parseWriteKeys(''), '')).toBeUndefined();
  });

  it.each([
    { name: 'a key instead of its hash', text: `${DEMO},shop:secret`, message: 'entry 2 of 2: expected app_id:sha256 with 64 lower-case hexadecimal digits' },
    { name: 'a kind of key that there is not', text: `${DEMO}:admin`, message: 'and :server behind it for a server\'s key' },
    { name: 'an app id with a sign that keys are built with', text: `a#b:${'0'.repeat(64)}`, message: 'entry 1 of 1' },
  ])('refuses $name without showing it', ({ text, message }) => {
    expect(() => parseWriteKeys(text)).toThrow(message);
    expect(() => parseWriteKeys(text)).not.toThrow('secret');
  });
});
