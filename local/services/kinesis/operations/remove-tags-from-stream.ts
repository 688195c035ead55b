import type { StreamReference } from '../account.ts';
import { removeTags } from '../streams/tags.ts';
import { STREAM, TAG_KEYS } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Takes tags off a stream. */
export const removeTagsFromStream = operation<StreamReference & { TagKeys: string[] }>({
  rate: 'account',
  input: { ...STREAM, TagKeys: TAG_KEYS },
  run({ account }, input) {
    const stream = account.find(input);
    removeTags({ name: stream.state.name, tags: stream.state.tags, stream }, input.TagKeys);
    return undefined;
  },
});
