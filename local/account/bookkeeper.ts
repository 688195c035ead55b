import { join } from 'node:path';
import { deaggregate } from '../../core/domain/kpl/deaggregate.ts';
import type { Clock } from '../clock.ts';
import type { Cloud, CloudOptions } from '../cloud.ts';
import type { KinesisService } from '../services/kinesis/service.ts';
import type { Account } from './account.ts';
import { AcknowledgedEvents } from './acknowledged-events.ts';
import { auditLake, type AuditSources, type StreamedEvent } from './audit.ts';
import { deliveredIds } from './delivered-ids.ts';
import { ScoringTally } from './scoring-tally.ts';

const HOUR_MS = 3_600_000;

/** Watches a cloud for what its services do not keep, and adds up the account of all that is stored in its folder. */
export class Bookkeeper {
  readonly #dataDir: string;
  readonly #clock: Clock;
  readonly #acknowledged: AcknowledgedEvents;
  readonly #tallies = new Map<string, ScoringTally>();

  /** `dataDir` is the cloud's; the ids of acknowledged events are kept in `<dataDir>/acknowledged`. */
  constructor(dataDir: string, clock: Clock) {
    this.#dataDir = dataDir;
    this.#clock = clock;
    this.#acknowledged = new AcknowledgedEvents(join(dataDir, 'acknowledged'), clock);
  }

  /** To be given to startCloud. */
  readonly observers: Pick<CloudOptions, 'observeMapping' | 'observeAnswer'> = {
    observeMapping: (logicalId) => this.#tallies.set(logicalId, new ScoringTally()).get(logicalId),
    observeAnswer: (invocation) => this.#acknowledged.note(invocation),
  };

  /** Events that have passed the event source mappings, of earlier runs with the same folder too. */
  consumed(): number {
    return [...this.#tallies.values()].reduce((sum, tally) => sum + tally.total().consumed, 0);
  }

  /** The account of the cloud's first delivery stream, and of its first event source mapping on a stream. */
  async account(cloud: Cloud): Promise<Account> {
    const [declared] = cloud.deployment.deliveryStreams;
    const delivery = declared && cloud.deliveryStreams.get(declared.logicalId);
    const source = cloud.deployment.streams.find(({ arn }) => arn === declared?.sourceStreamArn);
    const [[mappingId, tally] = []] = this.#tallies;
    const mapping = cloud.kinesisMappings.get(mappingId ?? '');
    if (!delivery || !source || !mapping || !tally) {
      throw new Error('The account is of a stream with a delivery stream and an event source mapping; this template lacks one of them.');
    }
    const horizonMs = this.#clock.now() - source.retentionHours * HOUR_MS;
    this.#acknowledged.forgetBefore(horizonMs);
    const sources: AuditSources = {
      acknowledged: () => this.#acknowledged.since(horizonMs),
      streamed: () => streamedEvents(cloud.kinesis, source.name),
      delivered: () => deliveredIds(join(this.#dataDir, 'lake'), horizonMs),
      undelivered: delivery.undelivered(),
    };
    let records = 0;
    for (const chunk of cloud.kinesis.records(source.name)) records += chunk.records.length;
    const lake = await auditLake(sources, records);
    // What is not yet read is not counted; while there is any, something is pending.
    const pending = mapping.idle() ? 0 : Math.max(1, mapping.lag().recordsBehind);
    return { ...lake, scoring: { ...tally.total(), pending } };
  }
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
