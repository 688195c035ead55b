import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { systemClock } from '../../local/clock.ts';
import { noFaults } from '../../local/faults.ts';
import { startDynamoDb, type DynamoDbService } from '../../local/services/dynamodb/start-dynamodb.ts';
import { UNSEEN } from '../domain/visitor/state.ts';
import { visitorTable } from './visitor-table.ts';

const NOW_MS = Date.UTC(2026, 0, 31);
const IN_90_DAYS = Date.UTC(2026, 4, 1) / 1000;

let service: DynamoDbService;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  const create = { TableName: 'visitors', BillingMode: 'PAY_PER_REQUEST' as const, AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }], KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }] };
  service = await startDynamoDb({ port: 0, dataDir: undefined, clock: systemClock, faults: noFaults, tables: [{ name: 'visitors', ttlAttribute: undefined, create }] });
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: service.url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }));
});

afterAll(async () => {
  client.destroy();
  await service.stop();
});

describe('visitorTable', () => {
  const table = () => visitorTable({ client, tableName: 'visitors', clock: { now: () => NOW_MS, sleep: systemClock.sleep }, random: Math.random });

  it.each([
    { said: 'long ago', last_seen_ms: 0 },
    { said: 'now', last_seen_ms: NOW_MS },
    { said: 'in the far future', last_seen_ms: Date.UTC(9999, 0, 1) },
  ])('keeps a state for 90 days from now when its events say they were received $said', async ({ said, last_seen_ms }) => {
    await table().write(said, { ...UNSEEN, version: 1, last_seen_ms });

    expect((await client.send(new GetCommand({ TableName: 'visitors', Key: { pk: said } }))).Item).toMatchObject({ last_seen_ms, expires_at: IN_90_DAYS });
  });

  it('reads what it wrote, to the types of the bytes, so that a write whose answer was lost is known again', async () => {
    const state = { ...UNSEEN, version: 1, recent_ids: new Uint8Array([0, 1, 2, 3, 4, 255]) };
    await table().write('same', state);

    expect((await table().read(['same'])).get('same')).toStrictEqual(state);
  });
});
