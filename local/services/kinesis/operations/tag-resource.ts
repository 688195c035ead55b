import { addTags, taggedResource } from '../streams/tags.ts';
import { RESOURCE_ARN, TAGS } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** Tags a stream or a consumer. */
export const tagResource = operation<{ ResourceARN: string; Tags: Record<string, string> }>({
  rate: 'account',
  input: { ResourceARN: RESOURCE_ARN, Tags: { ...TAGS, required: true } },
  run({ account }, input) {
    addTags(account, taggedResource(account, input.ResourceARN), input.Tags);
    return undefined;
  },
});
