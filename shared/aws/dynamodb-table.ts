import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Problem } from '#shared/kernel/problems.ts';
import { ask, isConditionFailed, pause } from './dynamodb-errors.ts';

/** A type, not an interface: it is handed over as an `Item`. */
export type Key = { pk: string; sk: string };
export type Item = Record<string, unknown>;
export type Query = Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'> & { ExclusiveStartKey?: Item };
type Condition = Pick<
  UpdateCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;
export type Update = Condition & { UpdateExpression: string };
/** `TableName` is filled in. */
export type Write = {
  [Kind in 'Put' | 'Update' | 'Delete' | 'ConditionCheck']?: Omit<
    NonNullable<NonNullable<TransactWriteCommandInput['TransactItems']>[number][Kind]>,
    'TableName'
  >;
};

/** The most keys in one BatchGetItem, and in one BatchWriteItem. */
const GET_BATCH = 100;
const WRITE_BATCH = 25;
const BATCH_ATTEMPTS = 8;

export interface TableOptions {
  table: string;
  client?: DynamoDBClient;
}
export type Table = ReturnType<typeof openTable>;

/** A table with the keys `pk` and `sk`. Reads are strongly consistent, but those of indexes; failures are Problems. */
export function openTable({ table, client = new DynamoDBClient() }: TableOptions) {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  async function* query(input: Query): AsyncGenerator<Item> {
    let from = input.ExclusiveStartKey;
    do {
      const command = new QueryCommand({
        ConsistentRead: input.IndexName === undefined,
        ...input,
        TableName: table,
        ExclusiveStartKey: from,
      });
      const page = await ask(() => documents.send(command));
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }

  return {
    query,
    async count(input: Query): Promise<number> {
      let count = 0;
      let from: Item | undefined;
      do {
        const command = new QueryCommand({
          ConsistentRead: true,
          ...input,
          TableName: table,
          Select: 'COUNT',
          ExclusiveStartKey: from,
        });
        const page = await ask(() => documents.send(command));
        count += page.Count ?? 0;
        from = page.LastEvaluatedKey;
      } while (from);
      return count;
    },
    async get(key: Key): Promise<Item | undefined> {
      const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
      return (await ask(() => documents.send(command))).Item;
    },
    /** In no particular order; each key once. */
    async getMany(keys: readonly Key[]): Promise<Item[]> {
      const found: Item[] = [];
      for (let start = 0; start < keys.length; start += GET_BATCH) {
        let rest: Record<string, unknown>[] = [...keys.slice(start, start + GET_BATCH)];
        for (let attempt = 1; rest.length > 0; attempt++) {
          const command = new BatchGetCommand({
            RequestItems: { [table]: { Keys: rest, ConsistentRead: true } },
          });
          const reply = await ask(() => documents.send(command));
          found.push(...(reply.Responses?.[table] ?? []));
          rest = reply.UnprocessedKeys?.[table]?.Keys ?? [];
          if (rest.length > 0) await pauseBatch(attempt);
        }
      }
      return found;
    },
    /** @returns whether the condition held; without one it always does */
    async put(item: Item & Key, condition: Condition = {}): Promise<boolean> {
      const command = new PutCommand({ TableName: table, Item: item, ...condition });
      return held(() => documents.send(command));
    },
    /** @returns whether the condition held, and the item as it is now, or as it was: undefined where there is none */
    async update(
      key: Key,
      update: Update,
      returned: 'ALL_NEW' | 'ALL_OLD' = 'ALL_NEW',
    ): Promise<{ held: boolean; item: Item | undefined }> {
      const command = new UpdateCommand({
        TableName: table,
        Key: key,
        ...update,
        ReturnValues: returned,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      try {
        return { held: true, item: (await ask(() => documents.send(command))).Attributes };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return { held: false, item: error.Item && unmarshall(error.Item) };
      }
    },
    /** @returns whether it was there, and the condition held */
    async remove(key: Key, condition: Condition = {}): Promise<boolean> {
      const command = new DeleteCommand({
        TableName: table,
        Key: key,
        ...condition,
        ReturnValues: 'ALL_OLD',
      });
      try {
        return (await ask(() => documents.send(command))).Attributes !== undefined;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },
    async removeMany(keys: readonly Key[]): Promise<void> {
      for (let start = 0; start < keys.length; start += WRITE_BATCH) {
        let rest = keys
          .slice(start, start + WRITE_BATCH)
          .map((Key) => ({ DeleteRequest: { Key: { ...Key } } }));
        for (let attempt = 1; rest.length > 0; attempt++) {
          const command = new BatchWriteCommand({ RequestItems: { [table]: rest } });
          const left = (await ask(() => documents.send(command))).UnprocessedItems?.[table] ?? [];
          rest = rest.filter(({ DeleteRequest: { Key } }) =>
            left.some(
              (each) => each.DeleteRequest?.Key?.pk === Key.pk && each.DeleteRequest?.Key?.sk === Key.sk,
            ),
          );
          if (rest.length > 0) await pauseBatch(attempt);
        }
      }
    },
    /** All of the writes, at most 100, or none. @returns false where a condition did not hold */
    async writeTogether(writes: readonly Write[]): Promise<boolean> {
      const items = writes.map((write) =>
        Object.fromEntries(
          Object.entries(write).map(([kind, each]) => [kind, { TableName: table, ...each }]),
        ),
      );
      const command = new TransactWriteCommand({ TransactItems: items });
      return held(() => documents.send(command));
    },
  };
}

async function held(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask(write);
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

async function pauseBatch(attempt: number): Promise<void> {
  if (attempt === BATCH_ATTEMPTS) {
    throw new Problem('dependency_unavailable', 'The database is busy. Try again in a moment.', {
      retryAfter: 2,
    });
  }
  await pause(attempt);
}
