import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BatchWriteItemCommand, DescribeTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from '@jest/globals';

import { clockAtSpeed } from '../../clock.ts';
import { NO_FAULTS, noFaults, seededFaults } from '../../faults.ts';
import { startDynamoDb, type DynamoDbOptions, type DynamoDbService } from './start-dynamodb.ts';

const visitors = {
  name: 'shop-visitors',
  ttlAttribute: 'expires_at',
  create: {
    TableName: 'shop-visitors',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    SSESpecification: { SSEEnabled: true },
  },
};
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function dynamoDb(options: Partial<DynamoDbOptions> = {}): Promise<{ service: DynamoDbService; client: DynamoDBClient }> {
  const service = await startDynamoDb({ port: 0, dataDir: undefined, clock: clockAtSpeed(1), faults: noFaults, tables: [visitors], ...options });
  const client = new DynamoDBClient({ endpoint: service.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
  cleanups.push(() => service.stop(), () => client.destroy());
  return { service, client };
}

const put = (pk: string, more: PutItemCommand['input']['Item'] = {}): PutItemCommand => new PutItemCommand({ TableName: 'shop-visitors', Item: { pk: { S: pk }, ...more } });
/** What fills an item whose key is one letter to exactly `count` KB: the names `pk` and `data` and the key count 7. */
const kilobytes = (count: number): NonNullable<PutItemCommand['input']['Item']> => ({ data: { S: 'x'.repeat(count * 1024 - 7) } });
const keys = async (client: DynamoDBClient): Promise<(string | undefined)[]> => {
  const { Items } = await client.send(new ScanCommand({ TableName: 'shop-visitors' }));
  return (Items ?? []).map((item) => item['pk']?.S).sort();
};

test("the template's tables are ACTIVE when the service has started", async () => {
  const { client } = await dynamoDb();
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'shop-visitors' }));
  expect(Table).toMatchObject({ TableStatus: 'ACTIVE', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] });
});

test('requests are counted by operation and writes in units of a started KB', async () => {
  const { service, client } = await dynamoDb();
  expect(await client.send(put('1', kilobytes(1)))).not.toHaveProperty('ConsumedCapacity');
  await client.send(put('2', kilobytes(2)));
  const update = { TableName: 'shop-visitors', Key: { pk: { S: '2' } }, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': { N: '1' } } };
  const updated = await client.send(new UpdateItemCommand({ ...update, ReturnConsumedCapacity: 'TOTAL' }));
  expect(updated.ConsumedCapacity).toMatchObject({ CapacityUnits: 3 });
  await expect(client.send(new UpdateItemCommand({ ...update, ConditionExpression: 'n = :other', ExpressionAttributeValues: { ':n': { N: '1' }, ':other': { N: '7' } } }))).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  await client.send(new BatchWriteItemCommand({ RequestItems: { 'shop-visitors': [{ PutRequest: { Item: { pk: { S: '3' } } } }, { PutRequest: { Item: { pk: { S: '4' } } } }] } }));
  await client.send(new GetItemCommand({ TableName: 'shop-visitors', Key: { pk: { S: '1' } } }));
  expect(service.usage).toEqual({
    requests: { PutItem: 2, UpdateItem: 2, BatchWriteItem: 1, GetItem: 1 },
    writeUnits: { 'shop-visitors': 1 + 2 + 3 + 1 + 2 },
  });
});

test('items past their time are deleted; renewed, timeless, textual and absurdly old ones stay', async () => {
  const { service, client } = await dynamoDb();
  const now = Math.floor(Date.now() / 1000);
  await client.send(put('past', { expires_at: { N: String(now - 10) } }));
  await client.send(put('future', { expires_at: { N: String(now + 100) } }));
  await client.send(put('timeless'));
  await client.send(put('textual', { expires_at: { S: '1' } }));
  await client.send(put('milliseconds-of-1970', { expires_at: { N: '1000' } }));
  expect(await service.sweepExpired()).toBe(1);
  expect(await keys(client)).toEqual(['future', 'milliseconds-of-1970', 'textual', 'timeless']);
});

test('the sweep runs by the clock', async () => {
  const { client } = await dynamoDb({ clock: clockAtSpeed(1000) });
  await client.send(put('past', { expires_at: { N: String(Math.floor(Date.now() / 1000) - 10) } }));
  while ((await keys(client)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await keys(client)).toEqual([]);
});

test('a throttled call has no effect, a lost one has', async () => {
  const throttled = await dynamoDb({ faults: seededFaults(1, { ...NO_FAULTS, throttle: 1 }) });
  await expect(throttled.client.send(put('1'))).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException', $metadata: { httpStatusCode: 400 } });
  expect(throttled.service.usage).toEqual({ requests: { PutItem: 1 }, writeUnits: {} });
  const lost = await dynamoDb({ faults: seededFaults(1, { ...NO_FAULTS, lostResponse: 1 }) });
  await expect(lost.client.send(put('1'))).rejects.toThrow('socket hang up');
  expect(lost.service.usage.writeUnits).toEqual({ 'shop-visitors': 1 });
});

test('items survive kill -9', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-dynamodb-'));
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const program = `
    import { startDynamoDb } from ${JSON.stringify(new URL('./start-dynamodb.ts', import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL('../../clock.ts', import.meta.url).href)};
    import { noFaults } from ${JSON.stringify(new URL('../../faults.ts', import.meta.url).href)};
    const options = { port: 0, dataDir: ${JSON.stringify(dataDir)}, clock: systemClock, faults: noFaults, tables: [${JSON.stringify(visitors)}] };
    console.log((await startDynamoDb(options)).url);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], { env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  const endpoint = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())));
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials });
  await client.send(put('kept'));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
  client.destroy();
  expect(await keys((await dynamoDb({ dataDir })).client)).toEqual(['kept']);
});

test('a taken port is an error that says so, and a stopped service leaves its port closed', async () => {
  const { service } = await dynamoDb();
  await expect(dynamoDb({ port: Number(new URL(service.url).port) })).rejects.toThrow('DynamoDB: port');
  await service.stop();
  await expect(fetch(service.url)).rejects.toThrow('fetch failed');
});
