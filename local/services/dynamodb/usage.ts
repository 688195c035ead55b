/** What a table or an account was asked for, for bills and measurements. */
export interface DynamoDbUsage {
  /** Requests by operation, refused and failed ones included. */
  requests: Record<string, number>;
  /** Write units by table: 1 for each started KB of the larger of an item before and after, also when a condition fails. */
  writeUnits: Record<string, number>;
}

/** Operations whose answer states the write units when asked to. */
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

export function isWrite(operation: string): boolean {
  return WRITES.has(operation);
}

/**
 * The same request asking for its consumed capacity, by text: parsing a request only to add one member costs more than
 * the rest of the front. Returns undefined when it asks already, or is no object.
 */
export function askingForCapacity(body: string): string | undefined {
  if (body.includes('"ReturnConsumedCapacity"')) return undefined;
  const start = /^\s*\{\s*(?=")/.exec(body);
  return start ? `{"ReturnConsumedCapacity":"TOTAL",${body.slice(start[0].length)}` : undefined;
}

interface Capacity {
  TableName: string;
  CapacityUnits: number;
}

/**
 * Adds a write's answer to the counts. A failed condition is charged like a write, by the item that is there, whose
 * size the answer does not tell: it counts as one unit.
 */
export function countWrite(usage: DynamoDbUsage, requestBody: string, statusCode: number, answer: { ConsumedCapacity?: Capacity | Capacity[]; __type?: string }): void {
  const add = (table: string, units: number): void => {
    usage.writeUnits[table] = (usage.writeUnits[table] ?? 0) + units;
  };
  if (statusCode === 200) {
    for (const { TableName, CapacityUnits } of [answer.ConsumedCapacity ?? []].flat()) add(TableName, CapacityUnits);
  } else if (answer['__type']?.endsWith('#ConditionalCheckFailedException')) {
    const table = /"TableName"\s*:\s*"([^"]+)"/.exec(requestBody)?.[1];
    if (table) add(table, 1);
  }
}
