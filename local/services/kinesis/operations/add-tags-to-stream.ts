import type { StreamReference } from '../account.ts';
import { addTags } from '../streams/tags.ts';
import { STREAM, TAGS } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Tags a stream. */
export const addTagsToStream = operation<StreamReference & { Tags: Record<string, string> }>({
  rate: 'account',
  input: { Tags: { ...TAGS, required: true }, ...STREAM },
  run({ account }, input) {
    const stream = account.find(input);
    addTags(account, { name: stream.state.name, tags: stream.state.tags, stream }, input.Tags);
    return undefined;
  },
});
