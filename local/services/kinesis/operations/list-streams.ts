import { epochSeconds } from '../streams/descriptions.ts';
import { NEXT_TOKEN, STREAM_NAME } from '../validation/shape.ts';
import { nextToken, positionIn } from './next-token.ts';
import { operation } from './operation.ts';

const DEFAULT_PAGE = 100;

/** The account's streams by name, in pages. */
export const listStreams = operation<{ Limit?: number; ExclusiveStartStreamName?: string; NextToken?: string }>({
  rate: 'account',
  input: { Limit: { type: 'Integer', min: 1, max: 10_000 }, ExclusiveStartStreamName: STREAM_NAME, NextToken: NEXT_TOKEN },
  run({ account }, input) {
    const after = input.NextToken ? positionIn<{ after: string }>(account, input.NextToken).after : (input.ExclusiveStartStreamName ?? '');
    const names = [...account.streams.keys()].filter((name) => name > after).sort();
    const page = names.slice(0, input.Limit ?? DEFAULT_PAGE);
    const more = names.length > page.length;
    return {
      StreamNames: page,
      HasMoreStreams: more,
      ...(more && { NextToken: nextToken(account, { after: page.at(-1) }) }),
      StreamSummaries: page.map((name) => {
        const { state } = account.streams.get(name)!;
        return {
          StreamName: name,
          StreamARN: state.arn,
          StreamStatus: state.status,
          StreamModeDetails: { StreamMode: state.mode },
          StreamCreationTimestamp: epochSeconds(state.createdMs),
        };
      }),
    };
  },
});
