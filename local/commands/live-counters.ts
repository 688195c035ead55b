import type { Bookkeeper } from '../account/bookkeeper.ts';
import type { Cloud } from '../cloud.ts';
import type { LiveCounters } from './live-line.ts';

/** Counts what passes through a cloud from now on; the returned function reads the counters. */
export function liveCounters(cloud: Cloud, books: Bookkeeper): () => LiveCounters {
  const scoredBefore = books.consumed();
  let streamed = 0;
  let shards = 0;
  cloud.kinesis.onAppend((_stream, _shard, records) => {
    streamed += records.length;
  });
  const countShards = async (): Promise<void> => {
    const summaries = await Promise.all(
      cloud.deployment.streams.map(({ name }) => cloud.kinesis.call('DescribeStreamSummary', { StreamName: name })),
    );
    shards = sum(summaries.map(({ StreamDescriptionSummary }) => StreamDescriptionSummary.OpenShardCount as number));
  };
  return () => {
    // A look later is soon enough; the service may be stopping.
    countShards().catch(() => undefined);
    const deliveries = [...cloud.deliveryStreams.values()].map(({ counters }) => counters);
    return {
      streamed,
      scored: books.consumed() - scoredBefore,
      inLake: sum(deliveries.map(({ delivered }) => delivered)),
      dropped: sum(deliveries.map(({ dropped }) => dropped)),
      shards,
    };
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
