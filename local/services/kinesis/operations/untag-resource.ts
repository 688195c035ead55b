import { removeTags, taggedResource } from '../streams/tags.ts';
import { RESOURCE_ARN, TAG_KEYS } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Takes tags off a stream or a consumer. */
export const untagResource = operation<{ ResourceARN: string; TagKeys: string[] }>({
  rate: 'account',
  input: { ResourceARN: RESOURCE_ARN, TagKeys: TAG_KEYS },
  run({ account }, input) {
    removeTags(taggedResource(account, input.ResourceARN), input.TagKeys);
    return undefined;
  },
});
