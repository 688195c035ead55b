import type { StreamReference } from '../account.ts';
import { operation } from './operation.ts';
import { ENCRYPTION_INPUT } from './start-stream-encryption.ts';

/** Marks the records that follow as not encrypted; earlier ones stay marked. */
export const stopStreamEncryption = operation<StreamReference & { EncryptionType: 'KMS' | 'NONE'; KeyId: string }>({
  rate: 'account',
  input: ENCRYPTION_INPUT,
  run({ account, lifecycle }, input) {
    const stream = account.findActive(input);
    stream.state.encryption = { type: 'NONE' };
    lifecycle.begin(stream, 'UPDATING', { kind: 'settle', untilMs: account.clock.now() + account.settings.updateStreamMs });
    return undefined;
  },
});
