import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { VisitorState } from '../../core/domain/visitor/state.ts';
import { LOCAL_PARAMETERS } from '../../local/parameters.ts';
import { loadTemplate } from '../../local/template/load-template.ts';
import { join } from 'node:path';
import { PROJECT } from './test-cloud.ts';

/** The whole VisitorTable by its key, as a client of DynamoDB at `url` reads it. */
export async function visitorStates(url: string): Promise<Map<string, VisitorState>> {
  const { tables } = loadTemplate({ file: join(PROJECT, 'template.yaml'), parameters: LOCAL_PARAMETERS });
  const TableName = tables.find(({ logicalId }) => logicalId === 'VisitorTable')?.name;
  const client = new DynamoDBClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    // Injected faults strike this reader too.
    maxAttempts: 20,
  });
  const states = new Map<string, VisitorState>();
  try {
    for await (const { Items = [] } of paginateScan({ client: DynamoDBDocumentClient.from(client) }, { TableName, ConsistentRead: true })) {
      for (const { pk, ...state } of Items) states.set(pk as string, state as VisitorState);
    }
  } finally {
    client.destroy();
  }
  return states;
}

/** Applied events by visitor and type, without what else a state holds. */
export function eventCounts(states: ReadonlyMap<string, VisitorState>): Record<string, Record<string, number>> {
  return Object.fromEntries([...states].map(([key, { event_counts }]) => [key, event_counts]));
}
