import { join } from 'node:path';
import { deaggregate } from '../../core/domain/kpl/deaggregate.ts';
import type { Cloud } from '../cloud.ts';
import type { KinesisService } from '../services/kinesis/service.ts';
import type { Account } from './account.ts';
import { auditLake, type StreamedEvent } from './audit.ts';
import { deliveredIds } from './delivered-ids.ts';
import type { ScoringTally } from './scoring-tally.ts';

/** Adds up the account of a running cloud, whose data are in `dataDir`: of its delivery stream, and of `scoring`'s mapping. */
export async function readAccount(cloud: Cloud, dataDir: string, scoring: { mapping: string; tally: ScoringTally }): Promise<Account> {
  const [declared] = cloud.deployment.deliveryStreams;
  const delivery = declared && cloud.deliveryStreams.get(declared.logicalId);
  const source = cloud.deployment.streams.find(({ arn }) => arn === declared?.sourceStreamArn);
  const mapping = cloud.kinesisMappings.get(scoring.mapping);
  if (!delivery || !source || !mapping) {
    throw new Error('The account is of a stream with a delivery stream and an event source mapping; this template lacks one of them.');
  }
  const lake = await auditLake({
    streamed: streamedEvents(cloud.kinesis, source.name),
    delivered: deliveredIds(join(dataDir, 'lake')),
    undelivered: delivery.undelivered(),
  });
  return { ...lake, scoring: { ...scoring.tally.total(), pending: mapping.lag().recordsBehind } };
}

function* streamedEvents(kinesis: KinesisService, streamName: string): Iterable<StreamedEvent[]> {
  for (const { shardId, records } of kinesis.records(streamName)) {
    yield records.flatMap(({ SequenceNumber: sequenceNumber, PartitionKey, Data }) =>
      deaggregate(PartitionKey, Buffer.from(Data, 'base64')).map(({ data, subSequenceNumber }) => ({
        shardId,
        sequenceNumber,
        subSequenceNumber,
        data: Buffer.from(data).toString('utf8'),
      })),
    );
  }
}
