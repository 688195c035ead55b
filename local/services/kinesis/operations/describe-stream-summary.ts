import type { StreamReference } from '../account.ts';
import { describeStreamState } from '../streams/descriptions.ts';
import { STREAM } from '../validation/shape.ts';
import { operation } from './operation.ts';

/** A stream without its shards, but with their number. */
export const describeStreamSummary = operation<StreamReference>({
  rate: 'account',
  input: STREAM,
  run({ account }, input) {
    const stream = account.find(input);
    return {
      StreamDescriptionSummary: {
        ...describeStreamState(stream),
        OpenShardCount: stream.openShards.length,
        ConsumerCount: stream.state.consumers.length,
        MaxRecordSizeInKiB: stream.state.maxRecordSizeKiB,
      },
    };
  },
});
