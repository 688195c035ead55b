import { listTags, taggedResource } from '../streams/tags.ts';
import { RESOURCE_ARN } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** The tags of a stream or a consumer, by key. */
export const listTagsForResource = operation<{ ResourceARN: string }>({
  rate: 'account',
  input: { ResourceARN: RESOURCE_ARN },
  run: ({ account }, input) => ({ Tags: listTags(taggedResource(account, input.ResourceARN).tags) }),
});
