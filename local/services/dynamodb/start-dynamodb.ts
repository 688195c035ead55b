import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';

import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
  type AttributeValue,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';

import type { Clock } from '../../clock.ts';
import type { Faults } from '../../faults.ts';
import { listenOnLoopback } from '../../loopback.ts';
import type { Table } from '../../template/deployment.ts';
import { dynalite } from './dynalite.ts';
import { installFront } from './front.ts';
import { sweepStep, type ExpiringTable } from './sweep-expired.ts';
import type { DynamoDbUsage } from './usage.ts';

/** AWS deletes expired items "within a few days"; code that relies on less is wrong, so the sweep has time. */
const SWEEP_INTERVAL_MS = 60_000;

/** What the local engine takes in CreateTable; encryption, recovery, TTL and tags have no effect here. */
const CREATE_TABLE_MEMBERS = ['TableName', 'AttributeDefinitions', 'KeySchema', 'BillingMode', 'ProvisionedThroughput', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes'];

export interface DynamoDbOptions {
  port: number;
  /** The tables' own folder; undefined keeps them in memory. */
  dataDir: string | undefined;
  clock: Clock;
  faults: Faults;
  /** The template's tables, created when missing. */
  tables: readonly Pick<Table, 'name' | 'create' | 'ttlAttribute'>[];
}

export interface DynamoDbService {
  url: string;
  /** Requests and write units since the start, the service's own apart; the object is live. */
  usage: Readonly<DynamoDbUsage>;
  /** Deletes every item that is past its time now, as the sweep in the background does bit by bit; returns how many. */
  sweepExpired(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts DynamoDB on 127.0.0.1 and resolves when the template's tables are ACTIVE. With a data folder, items survive a kill. */
export async function startDynamoDb({ port, dataDir, clock, faults, tables }: DynamoDbOptions): Promise<DynamoDbService> {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const server = dynalite({ path: dataDir, createTableMs: 1, deleteTableMs: 1, updateTableMs: 1 });
  const usage: DynamoDbUsage = { requests: {}, writeUnits: {} };
  const bypass = `x-own-${randomUUID()}`;
  installFront(server, faults, usage, bypass);
  const listener = await listenOnLoopback(server, port, 'DynamoDB');
  const client = ownClient(listener.url, bypass);
  const stopping = new AbortController();
  let sweeping: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    await sweeping;
    client.destroy();
    await listener.close();
  };
  try {
    for (const table of tables) await ensureTable(client, createInput(table));
  } catch (error) {
    await stop();
    throw error;
  }
  const expiring = tables.flatMap(expiringTable);
  sweeping = sweepInBackground(client, expiring, clock, stopping.signal);
  return {
    url: listener.url,
    usage,
    sweepExpired: async () => {
      let total = 0;
      for (const table of expiring) {
        let from: Record<string, AttributeValue> | undefined;
        do {
          const { next, deleted } = await sweepStep(client, table, clock.now(), from);
          total += deleted;
          from = next;
        } while (from);
      }
      return total;
    },
    stop: () => (stopped ??= stop()),
  };
}

function ownClient(endpoint: string, bypass: string): DynamoDBClient {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers[bypass] = '1';
      return next(args);
    },
    { step: 'build' },
  );
  return client;
}

function createInput({ create }: Pick<Table, 'create'>): CreateTableCommandInput {
  return Object.fromEntries(Object.entries(create).filter(([name]) => CREATE_TABLE_MEMBERS.includes(name))) as unknown as CreateTableCommandInput;
}

async function ensureTable(client: DynamoDBClient, input: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new DescribeTableCommand({ TableName: input.TableName }));
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    await client.send(new CreateTableCommand(input));
  }
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.05 }, { TableName: input.TableName });
}

function expiringTable(table: Pick<Table, 'create' | 'name' | 'ttlAttribute'>): ExpiringTable[] {
  if (table.ttlAttribute === undefined) return [];
  const keyNames = (createInput(table).KeySchema ?? []).map(({ AttributeName }) => AttributeName as string);
  return [{ name: table.name, keyNames, ttlAttribute: table.ttlAttribute }];
}

/** Goes through the tables forever, a step a table every minute of the clock, until aborted. */
async function sweepInBackground(client: DynamoDBClient, tables: ExpiringTable[], clock: Clock, signal: AbortSignal): Promise<void> {
  const positions = new Map<string, Record<string, AttributeValue> | undefined>();
  while (tables.length > 0 && !signal.aborted) {
    await clock.sleep(SWEEP_INTERVAL_MS, signal);
    for (const table of tables) {
      if (signal.aborted) return;
      // A table that was deleted meanwhile, or an engine that is closing, is looked at again at the next step.
      const step = await sweepStep(client, table, clock.now(), positions.get(table.name)).catch(() => undefined);
      positions.set(table.name, step?.next);
    }
  }
}
