import { describeConsumer } from '../streams/consumers.ts';
import { NEXT_TOKEN, STREAM_ARN } from '../validation/shape.ts';
import { nextToken, positionIn } from './next-token.ts';
import { operation } from './operation.ts';

const DEFAULT_PAGE = 100;

/** The consumers of a stream by name, in pages. */
export const listStreamConsumers = operation<{ StreamARN: string; NextToken?: string; MaxResults?: number }>({
  rate: 'stream',
  input: {
    StreamARN: { ...STREAM_ARN, required: true },
    NextToken: NEXT_TOKEN,
    MaxResults: { type: 'Integer', min: 1, max: 10_000 },
    StreamCreationTimestamp: { type: 'Timestamp' },
  },
  run({ account }, input) {
    const stream = account.findReadable(input);
    const after = input.NextToken ? positionIn<{ after: string }>(account, input.NextToken).after : '';
    const consumers = stream.state.consumers.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = consumers.slice(0, input.MaxResults ?? DEFAULT_PAGE);
    return {
      Consumers: page.map(describeConsumer),
      ...(page.length < consumers.length && { NextToken: nextToken(account, { after: page.at(-1)!.name }) }),
    };
  },
});
