import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
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
import { batchGet } from './dynamodb-batch-get.ts';
import { isConditionFailed, pauseBatch, send } from './dynamodb-errors.ts';
import type { Gather } from './dynamodb-gathered-reads.ts';
import type { Item, Key } from './dynamodb-keys.ts';

export type { Item };
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

/** The most keys in one BatchWriteItem. */
const WRITE_BATCH = 25;

export interface TableOptions {
  table: string;
  client?: DynamoDBClient;
  /** Reads by one call what is requested at the same time: `gatherReads`, for functions whose messages come in batches. */
  gather?: Gather;
}
/** `applied` is false if the condition of the update was not met. */
export interface Updated {
  applied: boolean;
  item: Item | undefined;
}
export type Table = ReturnType<typeof openTable>;

/** A table with the keys `pk` and `sk`. Reads are strongly consistent, except those of indexes; failures are Problems. */
export function openTable({ table, client = new DynamoDBClient(), gather }: TableOptions) {
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
      const page = await send(() => documents.send(command));
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }

  const gathered = gather?.(documents, table);

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
        const page = await send(() => documents.send(command));
        count += page.Count ?? 0;
        from = page.LastEvaluatedKey;
      } while (from);
      return count;
    },
    async get(key: Key): Promise<Item | undefined> {
      if (gathered) return gathered(key);
      const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
      return (await send(() => documents.send(command))).Item;
    },
    /** Returns the items that exist, in no particular order. @param keys each once */
    async getMany(keys: readonly Key[]): Promise<Item[]> {
      if (!gathered) return batchGet(documents, table, keys);
      return (await Promise.all(keys.map(gathered))).filter((item) => item !== undefined);
    },
    /** @returns whether the item was written: false if the condition was not met */
    async put(item: Item & Key, condition: Condition = {}): Promise<boolean> {
      const command = new PutCommand({ TableName: table, Item: item, ...condition });
      return conditionMet(() => documents.send(command));
    },
    /**
     * @param returned which item to return if the condition was met: the one after the update, the one before, or none
     * @returns whether the condition was met, and the item; if it was not, the item that is there, if there is one
     */
    async update(
      key: Key,
      update: Update,
      returned: 'ALL_NEW' | 'ALL_OLD' | 'NONE' = 'ALL_NEW',
    ): Promise<Updated> {
      const command = new UpdateCommand({
        TableName: table,
        Key: key,
        ...update,
        ReturnValues: returned,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      try {
        return { applied: true, item: (await send(() => documents.send(command))).Attributes };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return { applied: false, item: error.Item && unmarshall(error.Item) };
      }
    },
    /** @returns whether an item was removed: false if there was none, or the condition was not met */
    async remove(key: Key, condition: Condition = {}): Promise<boolean> {
      const command = new DeleteCommand({
        TableName: table,
        Key: key,
        ...condition,
        ReturnValues: 'ALL_OLD',
      });
      try {
        return (await send(() => documents.send(command))).Attributes !== undefined;
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
          const left = (await send(() => documents.send(command))).UnprocessedItems?.[table] ?? [];
          rest = rest.filter(({ DeleteRequest: { Key } }) =>
            left.some(
              (each) => each.DeleteRequest?.Key?.pk === Key.pk && each.DeleteRequest?.Key?.sk === Key.sk,
            ),
          );
          if (rest.length > 0) await pauseBatch(attempt);
        }
      }
    },
    /** Makes all of the writes, at most 100, or none. @returns false if a condition was not met */
    async writeTogether(writes: readonly Write[]): Promise<boolean> {
      const items = writes.map((write) =>
        Object.fromEntries(
          Object.entries(write).map(([kind, each]) => [kind, { TableName: table, ...each }]),
        ),
      );
      const command = new TransactWriteCommand({ TransactItems: items });
      return conditionMet(() => documents.send(command));
    },
  };
}

/** Makes a conditional write. @returns false if its condition was not met */
async function conditionMet(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await send(write);
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
