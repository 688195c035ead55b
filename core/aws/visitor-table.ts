import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { fullJitterMs } from '../domain/streaming/backoff.ts';
import { VersionConflictError } from '../domain/visitor/errors.ts';
import type { VisitorState } from '../domain/visitor/state.ts';
import { MillraceError } from '../errors.ts';
import type { Clock, VisitorStore } from '../ports.ts';

/** BatchGetItem takes at most 100 keys. */
const MAX_BATCH_KEYS = 100;
/** Calls for what BatchGetItem left unprocessed before the read fails. */
const MAX_READ_ATTEMPTS = 4;
/**
 * A visitor's state is forgotten so long after it was last written, in seconds. By the clock, not by the events'
 * `received_at`: whoever may write to the stream states that, and could have a state expire at once or never.
 */
const STATE_TTL_SECONDS = 90 * 24 * 3600;

export interface VisitorTableOptions {
  client: DynamoDBDocumentClient;
  tableName: string;
  clock: Clock;
  random: () => number;
}

/** Visitors' states in DynamoDB: partition key `pk`, TTL attribute `expires_at`, one item a visitor. */
export function visitorTable({ client, tableName, clock, random }: VisitorTableOptions): VisitorStore {
  const readSome = async (keys: readonly string[], states: Map<string, VisitorState>): Promise<void> => {
    let pending: Record<string, unknown>[] = keys.map((pk) => ({ pk }));
    for (let attempt = 1; pending.length > 0; attempt++) {
      const response = await client.send(new BatchGetCommand({ RequestItems: { [tableName]: { Keys: pending, ConsistentRead: true } } }));
      for (const { pk, expires_at: _, ...state } of response.Responses?.[tableName] ?? []) states.set(pk as string, state as VisitorState);
      pending = response.UnprocessedKeys?.[tableName]?.Keys ?? [];
      if (pending.length === 0) return;
      if (attempt === MAX_READ_ATTEMPTS) {
        throw new MillraceError('VisitorReadError', 'visitor.read_throttled', `expected all visitors' states; DynamoDB left ${pending.length} unprocessed in ${attempt} attempts: the records come again`, { keys: pending.length });
      }
      await clock.sleep(fullJitterMs(attempt, random));
    }
  };
  return {
    async read(keys) {
      const states = new Map<string, VisitorState>();
      for (let at = 0; at < keys.length; at += MAX_BATCH_KEYS) await readSome(keys.slice(at, at + MAX_BATCH_KEYS), states);
      return states;
    },

    async write(key, state) {
      const attributes = Object.entries({ ...state, expires_at: Math.ceil(clock.now() / 1000) + STATE_TTL_SECONDS });
      try {
        await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { pk: key },
            UpdateExpression: `SET ${attributes.map((_, at) => `#a${at} = :a${at}`).join(', ')}`,
            ConditionExpression: state.version === 1 ? 'attribute_not_exists(pk)' : '#version = :read',
            ExpressionAttributeNames: {
              ...Object.fromEntries(attributes.map(([name], at) => [`#a${at}`, name])),
              ...(state.version === 1 ? {} : { '#version': 'version' }),
            },
            ExpressionAttributeValues: {
              ...Object.fromEntries(attributes.map(([, value], at) => [`:a${at}`, value])),
              ...(state.version === 1 ? {} : { ':read': state.version - 1 }),
            },
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new VersionConflictError(state.version - 1, error);
        throw error;
      }
    },

    async clearPendingAlerts(key, version) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { pk: key },
            UpdateExpression: 'SET pending_alerts = :none',
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':none': [], ':version': version },
          }),
        );
      } catch (error) {
        // Whoever wrote the newer version read the pending alerts with it, and sends them again under the same ids.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
