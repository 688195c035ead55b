import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { REGION, startWorld, type World } from '../../../tests/support/mapping-world.ts';
import { noFaults, seededFaults } from '../../faults.ts';
import type { Invocation } from '../../invoke/invocation.ts';
import type { SqsMapping } from '../../template/deployment.ts';
import type { SqsEventRecord } from './event.ts';
import { startSqsMapping, type SqsMappingOptions } from './start-sqs-mapping.ts';

const BEHAVE = `
export const handler = async (event: any) => {
  const bodies = event.Records.map((record: any) => record.body);
  if (bodies.some((body: string) => body.startsWith('slow'))) await new Promise((resolve) => setTimeout(resolve, 60));
  if (bodies.includes('throw')) throw new Error('no');
  return { batchItemFailures: event.Records.filter((record: any) => record.body.startsWith('bad')).map((record: any) => ({ itemIdentifier: record.messageId })) };
};`;

let world: World;
let client: SQSClient;
beforeAll(async () => {
  world = await startWorld({ speed: 10, sources: { Behave: BEHAVE, One: [BEHAVE, { reservedConcurrency: 1 }] } });
  client = new SQSClient({ endpoint: world.storageUrl, region: REGION, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
});
afterAll(async () => {
  client?.destroy();
  await world?.stop();
});

interface Call {
  bodies: string[];
  records: SqsEventRecord[];
  invocation: Invocation | undefined;
}

let queues = 0;
async function scene(overrides: Partial<SqsMapping>, queueAttributes: Record<string, string> = {}, more: Partial<SqsMappingOptions> = {}, messages: string[] = []) {
  const name = `queue-${++queues}${queueAttributes['FifoQueue'] ? '.fifo' : ''}`;
  const { queueUrl, queueArn } = world.storage.createQueue(name, { region: REGION, attributes: queueAttributes });
  const url = queueUrl.replace(/^http:\/\/[^/]+/, world.storageUrl);
  const send = async (bodies: string[], group?: (body: string) => string) => {
    for (let first = 0; first < bodies.length; first += 10) {
      await client.send(new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: bodies.slice(first, first + 10).map((body, index) => ({
          Id: String(index), MessageBody: body,
          ...(group ? { MessageGroupId: group(body), MessageDeduplicationId: body } : { MessageAttributes: { kind: { DataType: 'String', StringValue: 'k' } } }),
        })),
      }));
    }
  };
  await send(messages);
  const calls: Call[] = [];
  const mapping = await startSqsMapping({
    mapping: {
      logicalId: 'Queue', uuid: '11111111-2222-4333-8444-555555555555', functionLogicalId: 'Behave', queueArn, enabled: true, batchSize: 10,
      batchingWindowSeconds: 0, maximumConcurrency: undefined, reportBatchItemFailures: false, filterPatterns: [], ...overrides,
    },
    endpoints: { sqs: world.storageUrl },
    invoker: {
      async invoke(id, event) {
        const { Records } = event as { Records: SqsEventRecord[] };
        const call: Call = { bodies: Records.map(({ body }) => body), records: Records, invocation: undefined };
        calls.push(call);
        return (call.invocation = await world.host.invoke(id, event));
      },
    },
    clock: world.clock, faults: noFaults, ...more,
  });
  const left = () => {
    const queue = world.storage.inspectQueue(name);
    return [...(queue?.messages.ready ?? []), ...(queue?.messages.inflight ?? []).map(({ message }) => message)].map(({ body }) => body).sort();
  };
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { mapping, calls, send, left, until, url, name, queueArn };
}

test('messages come in the envelope of Lambda and are deleted when the function returns', async () => {
  const { mapping, calls, left, until, queueArn } = await scene({}, {}, {}, ['{"a":1}']);
  await until(() => calls.length === 1 && left().length === 0);
  await mapping.stop();
  expect(calls[0]?.records).toEqual([
    {
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/), receiptHandle: expect.any(String), body: '{"a":1}',
      attributes: expect.objectContaining({ ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/), ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) }),
      messageAttributes: { kind: { stringValue: 'k', stringListValues: [], binaryListValues: [], dataType: 'String' } },
      md5OfBody: 'bb6cb5c68df4652941caf652a366f2d8', md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs', eventSourceARN: queueArn, awsRegion: 'eu-west-1',
    },
  ]);
});

test('of a batch with reported failures only the others are deleted, and the failed come again', async () => {
  const { mapping, calls, left, until } = await scene({ reportBatchItemFailures: true }, { VisibilityTimeout: '1' }, {}, ['good-1', 'bad', 'good-2']);
  await until(() => calls.length >= 2);
  await mapping.stop();
  expect(calls[0]?.bodies.toSorted()).toEqual(['bad', 'good-1', 'good-2']);
  expect(calls[1]?.bodies).toEqual(['bad']);
  expect(left()).toEqual(['bad']);
});

test('a function error leaves the whole batch to the queue, which redrives it to the dead-letter queue', async () => {
  const { queueArn } = world.storage.createQueue('dead', { region: REGION });
  const { mapping, calls, until } = await scene({}, { VisibilityTimeout: '1', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: 2 }) }, {}, ['throw']);
  await until(() => world.storage.inspectQueue('dead')?.messages.ready.length === 1);
  await mapping.stop();
  expect(calls.map(({ bodies }) => bodies)).toEqual([['throw'], ['throw']]);
});

test('a window gathers more than one receive gives, up to the batch size', async () => {
  const bodies = Array.from({ length: 25 }, (_, index) => `m${index}`);
  const { mapping, calls, left, until } = await scene({ batchSize: 20, batchingWindowSeconds: 5 }, {}, {}, bodies);
  await until(() => left().length === 0);
  await mapping.stop();
  expect(calls.map((call) => call.bodies.length)).toEqual([20, 5]);
});

test('no more invocations run at once than the maximum concurrency', async () => {
  let running = 0;
  let most = 0;
  const invoker = {
    async invoke(id: string, event: unknown) {
      most = Math.max(most, ++running);
      try {
        return await world.host.invoke(id, event);
      } finally {
        running -= 1;
      }
    },
  };
  const { mapping, left, until } = await scene({ batchSize: 1, maximumConcurrency: 2 }, {}, { invoker }, ['slow1', 'slow2', 'slow3', 'slow4', 'slow5']);
  await until(() => left().length === 0);
  await mapping.stop();
  expect(most).toBe(2);
});

test('a FIFO group keeps its order and is never in two invocations, while groups run side by side', async () => {
  const bodies = Array.from({ length: 12 }, (_, index) => `slow-${index % 3}-${index}`);
  const running = new Map<string, number>();
  const seen: string[] = [];
  const overlaps: string[] = [];
  const invoker = {
    async invoke(id: string, event: unknown) {
      const records = (event as { Records: SqsEventRecord[] }).Records;
      const groups = new Set(records.map(({ attributes }) => String(attributes['MessageGroupId'])));
      for (const group of groups) {
        if (running.get(group)) overlaps.push(group);
        running.set(group, 1);
      }
      seen.push(...records.map(({ body }) => body));
      const invocation = await world.host.invoke(id, event);
      for (const group of groups) running.delete(group);
      return invocation;
    },
  };
  const { mapping, send, left, until } = await scene({ batchSize: 2 }, { FifoQueue: 'true' }, { invoker });
  await send(bodies, (body) => String(body.split('-')[1]));
  await until(() => seen.length === 12 && left().length === 0);
  await mapping.stop();
  expect(overlaps).toEqual([]);
  for (const group of ['0', '1', '2']) {
    expect(seen.filter((body) => body.split('-')[1] === group)).toEqual(bodies.filter((body) => body.split('-')[1] === group));
  }
});

test('filtered messages are deleted without an invocation; JSON and text are told apart', async () => {
  const { mapping, calls, left, until } = await scene({ filterPatterns: ['{"body":{"kind":["a"]}}', '{"body":["plain"]}'] }, {}, {}, ['{"kind":"a"}', '{"kind":"b"}', 'plain', 'other']);
  await until(() => calls.flatMap(({ bodies }) => bodies).length === 2 && left().length === 0);
  await mapping.stop();
  expect(calls.flatMap(({ bodies }) => bodies).toSorted()).toEqual(['plain', '{"kind":"a"}']);
});

test('a throttled invocation is tried again while the messages are invisible', async () => {
  const { mapping, calls, left, until } = await scene({ functionLogicalId: 'One', batchSize: 1 }, {}, {}, ['slow1', 'slow2', 'slow3']);
  await until(() => left().length === 0);
  await mapping.stop();
  expect(calls.filter(({ invocation }) => invocation).length).toBe(3);
});

test('a duplicate by fault delivers a batch twice', async () => {
  const { mapping, calls, left, until } = await scene({}, {}, { faults: seededFaults(1, { throttle: 0, lostResponse: 0, crash: 0, duplicate: 1 }) }, ['once']);
  await until(() => left().length === 0);
  await mapping.stop();
  expect(calls.map(({ bodies }) => bodies)).toEqual([['once'], ['once']]);
});

test('stopping ends a long poll at once, and what comes later stays in the queue', async () => {
  const { mapping, send, url, calls } = await scene({});
  await mapping.stop();
  await send(['later']);
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: url }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['later']);
  expect(calls).toEqual([]);
  await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: Messages?.[0]?.ReceiptHandle }));
});

test('a queue that is not there is an error at the start', async () => {
  await expect(scene({ queueArn: `arn:aws:sqs:${REGION}:000000000000:absent` })).rejects.toThrow(/queue/i);
});
