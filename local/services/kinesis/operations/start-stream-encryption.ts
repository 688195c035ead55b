import type { StreamReference } from '../account.ts';
import { STREAM } from '../validation/shape.ts';
import type { Shape } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** What both encryption operations take. */
export const ENCRYPTION_INPUT = {
  EncryptionType: { type: 'String', required: true, oneOf: ['KMS', 'NONE'] },
  KeyId: { type: 'String', required: true, min: 1, max: 2048 },
  ...STREAM,
} as const satisfies Shape;

/** Marks the records that follow as encrypted under a key. Here they are stored as they came. */
export const startStreamEncryption = operation<StreamReference & { EncryptionType: 'KMS' | 'NONE'; KeyId: string }>({
  rate: 'account',
  input: ENCRYPTION_INPUT,
  run({ account, lifecycle }, input) {
    const stream = account.findActive(input);
    stream.state.encryption = { type: 'KMS', keyId: input.KeyId };
    lifecycle.begin(stream, 'UPDATING', { kind: 'settle', untilMs: account.clock.now() + account.settings.updateStreamMs });
    return undefined;
  },
});
