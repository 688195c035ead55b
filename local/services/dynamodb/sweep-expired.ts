import { DeleteItemCommand, ScanCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Items looked at in one step, so that a step takes milliseconds. */
const STEP_ITEMS = 200;

/** AWS leaves an item alone whose time is more than five years ago, as a guard against mistaken units. */
const TOO_OLD_SECONDS = 5 * 365 * 86_400;

export interface ExpiringTable {
  name: string;
  keyNames: string[];
  /** Holds the time of expiry in seconds since the epoch; items where it is no number do not expire. */
  ttlAttribute: string;
}

/**
 * One step of a table's sweep: looks at the next items and deletes those past their time, unless they were renewed
 * meanwhile. Takes and returns where it stands; undefined is the table's start.
 */
export async function sweepStep(
  client: DynamoDBClient,
  table: ExpiringTable,
  nowMs: number,
  from: Record<string, AttributeValue> | undefined,
): Promise<{ next: Record<string, AttributeValue> | undefined; deleted: number }> {
  const nowSeconds = Math.floor(nowMs / 1000);
  const condition = {
    TableName: table.name,
    ExpressionAttributeNames: { '#ttl': table.ttlAttribute },
    ExpressionAttributeValues: { ':now': { N: String(nowSeconds) }, ':oldest': { N: String(nowSeconds - TOO_OLD_SECONDS) } },
  };
  const expired = '#ttl < :now AND #ttl > :oldest';
  const page = await client.send(new ScanCommand({ ...condition, FilterExpression: expired, Limit: STEP_ITEMS, ExclusiveStartKey: from }));
  let deleted = 0;
  for (const item of page.Items ?? []) {
    const Key = Object.fromEntries(table.keyNames.map((name) => [name, item[name] as AttributeValue]));
    try {
      await client.send(new DeleteItemCommand({ ...condition, Key, ConditionExpression: expired }));
      deleted++;
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
    }
  }
  return { next: page.LastEvaluatedKey, deleted };
}
