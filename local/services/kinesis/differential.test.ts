import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { startKinesisLocal } from '../../../tests/support/kinesis-local.ts';
import type { KinesisLocal } from '../../../tests/support/kinesis-local.ts';
import { startTestKinesis } from '../../../tests/support/kinesis-service.ts';
import type { KinesisService } from './service.ts';

/**
 * Random operation sequences get the same answers from kinesis-local, which was written by others from AWS's behaviour,
 * but for ids, times, messages and what is listed here.
 */
const KNOWN_DIFFERENCES: { operation: string; ours: string; theirs: string; why: string }[] = [
  { operation: 'MergeShards', ours: 'InvalidArgumentException', theirs: 'ResourceInUseException', why: 'a closed shard: the argument is wrong for good, nothing to wait for' },
  { operation: 'MergeShards', ours: 'ResourceNotFoundException', theirs: 'ResourceInUseException', why: 'one shard closed and the other missing: which is told first' },
  { operation: 'SplitShard', ours: 'InvalidArgumentException', theirs: 'ResourceInUseException', why: 'as for MergeShards' },
  { operation: 'UpdateShardCount', ours: 'LimitExceededException', theirs: 'InvalidArgumentException', why: "AWS's API reference lists double and half among the limits" },
];
// In answers: its ranges of equal shards end one key early (width − 1), it shows absent members as null,
// closed shards end at the number 9223372036854775807, EncryptionType NONE is spelt out,
// and UpdateShardCount closes all shards at once, so it comes last in a sequence and only counts are compared.

let ours: KinesisService;
let theirs: KinesisLocal;
beforeAll(async () => {
  const settings = { writeRecordsPerSecond: Infinity, writeBytesPerSecond: Infinity, readCallsPerSecond: Infinity };
  ours = await startTestKinesis({ accountId: '000000000000', settings });
  theirs = await startKinesisLocal({ operationMs: 1 });
});
afterAll(async () => {
  await ours?.stop();
  await theirs?.stop();
});

// oxlint-disable-next-line typescript/no-explicit-any -- answers of either, whose shapes are what is compared
type Json = any;
type Answer = { error?: string; body: Json };
type Call = (operation: string, input: object) => Promise<Answer>;

const callOurs: Call = (operation, input) => ours.call(operation, input).then((body) => ({ body }), (error: Error) => ({ error: error.name, body: {} }));
const callTheirs: Call = async (operation, input) => {
  const answer = await fetch(theirs.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Kinesis_20131202.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0', 'x-amz-date': '20260101T000000Z',
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  const body = text === '' ? {} : JSON.parse(text);
  return answer.ok ? { body } : { error: body.__type, body: {} };
};

const KEY = fc.string({ minLength: 1, maxLength: 8 });
const DATA = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const HASH_KEY = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map(String);
/** At the very edges of a range AWS refuses ("not both greater than one plus …"), which kinesis-local leaves out. */
const BORDER = fc.noBias(fc.bigInt({ min: 1n << 100n, max: (1n << 128n) - (1n << 100n) })).map(String);
const ENTRY = fc.record({ PartitionKey: KEY, Data: DATA, ExplicitHashKey: HASH_KEY }, { requiredKeys: ['PartitionKey', 'Data'] });
const SHARD = fc.nat({ max: 7 }).map((index) => `shardId-${String(index).padStart(12, '0')}`);
const TAGS = fc.dictionary(fc.constantFrom('team', 'stage', 'cost'), fc.constantFrom('a', 'b'), { minKeys: 1 });

const COMMAND = fc.oneof(
  { weight: 4, arbitrary: fc.record({ operation: fc.constant('PutRecords'), input: fc.record({ Records: fc.array(ENTRY, { minLength: 1, maxLength: 6 }) }) }) },
  { weight: 2, arbitrary: fc.record({ operation: fc.constant('PutRecord'), input: ENTRY }) },
  { weight: 3, arbitrary: fc.record({ operation: fc.constant('SplitShard'), input: fc.record({ ShardToSplit: SHARD, NewStartingHashKey: BORDER }) }) },
  { weight: 2, arbitrary: fc.record({ operation: fc.constant('MergeShards'), input: fc.record({ ShardToMerge: SHARD, AdjacentShardToMerge: SHARD }) }) },
  fc.record({ operation: fc.constant('AddTagsToStream'), input: fc.record({ Tags: TAGS }) }),
  fc.record({ operation: fc.constant('RemoveTagsFromStream'), input: fc.record({ TagKeys: TAGS.map(Object.keys) }) }),
  fc.record({ operation: fc.constant('IncreaseStreamRetentionPeriod'), input: fc.record({ RetentionPeriodHours: fc.integer({ min: 20, max: 60 }) }) }),
  fc.record({ operation: fc.constant('DecreaseStreamRetentionPeriod'), input: fc.record({ RetentionPeriodHours: fc.integer({ min: 20, max: 60 }) }) }),
  fc.record({ operation: fc.constant('RegisterStreamConsumer'), input: fc.record({ ConsumerName: fc.constantFrom('one', 'two') }) }),
  fc.record({ operation: fc.constant('EnableEnhancedMonitoring'), input: fc.record({ ShardLevelMetrics: fc.constant(['IncomingBytes']) }) }),
  fc.record({ operation: fc.constant('DisableEnhancedMonitoring'), input: fc.record({ ShardLevelMetrics: fc.constant(['ALL']) }) }),
  fc.record({ operation: fc.constant('GetShardIterator'), input: fc.record({ ShardId: SHARD, ShardIteratorType: fc.constantFrom('LATEST', 'TRIM_HORIZON') }) }),
);

/** Both become ACTIVE by themselves; no operation is given to a stream that is not. */
async function untilActive(call: Call, StreamName: string): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const { body } = await call('DescribeStreamSummary', { StreamName });
    if (body.StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
    await delay(2);
  }
  throw new Error(`expected ${StreamName} to become ACTIVE`);
}

/** All that can be seen of a stream, in one form for both. */
async function seen(call: Call, StreamName: string): Promise<object> {
  const { body: summary } = await call('DescribeStreamSummary', { StreamName });
  const { RetentionPeriodHours, OpenShardCount, ConsumerCount, EnhancedMonitoring, StreamModeDetails } = summary.StreamDescriptionSummary;
  const { body: listed } = await call('ListShards', { StreamName });
  const { body: open } = await call('ListShards', { StreamName, ShardFilter: { Type: 'AT_LATEST' } });
  const { body: tags } = await call('ListTagsForStream', { StreamName });
  const shards = [];
  for (const shard of listed.Shards) {
    const { body: iterator } = await call('GetShardIterator', { StreamName, ShardId: shard.ShardId, ShardIteratorType: 'TRIM_HORIZON' });
    const { body: read } = await call('GetRecords', { ShardIterator: iterator.ShardIterator });
    const [, second] = read.Records as { SequenceNumber: string; PartitionKey: string; Data: string }[];
    const after = second && (await call('GetShardIterator', { StreamName, ShardId: shard.ShardId, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: second.SequenceNumber }));
    const rest = after && (await call('GetRecords', { ShardIterator: after.body.ShardIterator }));
    const shown = (records: { PartitionKey: string; Data: string }[]): string[] => records.map(({ PartitionKey, Data }) => `${PartitionKey}:${Data}`);
    shards.push({
      id: shard.ShardId,
      parents: [shard.ParentShardId ?? null, shard.AdjacentParentShardId ?? null],
      // One key of difference in the ranges of the first shards.
      range: [shard.HashKeyRange.StartingHashKey, shard.HashKeyRange.EndingHashKey].map((key) => String((BigInt(key) + 16n) >> 32n)),
      closed: Boolean(shard.SequenceNumberRange.EndingSequenceNumber),
      records: shown(read.Records),
      afterSecond: rest && shown(rest.body.Records),
      millisBehindLatest: read.MillisBehindLatest,
    });
  }
  return {
    RetentionPeriodHours, OpenShardCount, ConsumerCount, EnhancedMonitoring, StreamModeDetails,
    open: open.Shards.map(({ ShardId }: { ShardId: string }) => ShardId),
    tags: tags.Tags,
    shards,
  };
}

function expectSameRefusal(operation: string, [one, other]: [Answer, Answer]): void {
  const known = KNOWN_DIFFERENCES.find(({ operation: name, ours: error }) => name === operation && error === one.error);
  expect({ operation, error: one.error }).toEqual({ operation, error: known?.theirs === other.error ? one.error : other.error });
}

/** The shards that took the records of an answer to a put; empty for other answers. */
function shardsIn({ body }: Answer): unknown[] {
  return [body.ShardId, ...(body.Records ?? []).map(({ ShardId }: { ShardId: string }) => ShardId)];
}

/** `npm test` runs the same few sequences each time; DIFFERENTIAL_RUNS=60 looks for new ones. */
const { DIFFERENTIAL_RUNS } = process.env;
const RUNS = Number(DIFFERENTIAL_RUNS ?? 8);
const SEQUENCES = DIFFERENTIAL_RUNS === undefined ? { seed: 20_261_122 } : {};
let streams = 0;

test('random operation sequences are answered as kinesis-local answers them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(COMMAND, { minLength: 5, maxLength: 20 }), fc.integer({ min: 1, max: 8 }), async (ShardCount, commands, target) => {
      const StreamName = `random-${streams++}`;
      const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
      const both = async (operation: string, input: object): Promise<[Answer, Answer]> => {
        const answers = await Promise.all([callOurs(operation, input), callTheirs(operation, input)]);
        await Promise.all([untilActive(callOurs, StreamName), untilActive(callTheirs, StreamName)]);
        expectSameRefusal(operation, answers);
        return answers;
      };
      await both('CreateStream', { StreamName, ShardCount });
      for (const { operation, input } of commands) {
        const reference = operation === 'RegisterStreamConsumer' ? { StreamARN } : { StreamName };
        const [one, other] = await both(operation, { ...reference, ...input });
        expect(shardsIn(one)).toEqual(shardsIn(other));
      }
      expect(await seen(callOurs, StreamName)).toEqual(await seen(callTheirs, StreamName));

      const openShards = async (): Promise<number[]> =>
        (await both('DescribeStreamSummary', { StreamName })).map(({ body }) => body.StreamDescriptionSummary.OpenShardCount);
      const [open] = await openShards();
      // Half of an odd count: AWS rounds it up, kinesis-local down.
      const TargetShardCount = target * 2 + 1 === open ? target + 1 : target;
      const [updated] = await both('UpdateShardCount', { StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' });
      const [after] = await openShards();
      // kinesis-local does not always reach its own target where a split left shards of different sizes (seed -292020670).
      expect(after).toBe(updated.error === undefined ? TargetShardCount : open);
    }),
    { numRuns: RUNS, endOnFailure: true, ...SEQUENCES },
  );
}, 10_000 * RUNS);
