import type { StreamReference } from '../account.ts';
import { listTags, MAX_TAGS } from '../streams/tags.ts';
import { STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** A stream's tags by key, in pages. */
export const listTagsForStream = operation<StreamReference & { ExclusiveStartTagKey?: string; Limit?: number }>({
  rate: 'account',
  input: {
    ExclusiveStartTagKey: { type: 'String', min: 1, max: 128 },
    Limit: { type: 'Integer', min: 1, max: MAX_TAGS },
    ...STREAM,
  },
  run({ account }, input) {
    const after = input.ExclusiveStartTagKey ?? '';
    const tags = listTags(account.find(input).state.tags).filter(({ Key }) => Key > after);
    const limit = input.Limit ?? MAX_TAGS;
    return { Tags: tags.slice(0, limit), HasMoreTags: tags.length > limit };
  },
});
