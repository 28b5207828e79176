import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { dynamoIdempotency } from '#shared/guards/dynamodb-idempotency.ts';
import { tenantId } from '#shared/kernel/ids.ts';

/** A table in memory. @param storesReplies false if updates fail */
function table(storesReplies: boolean) {
  const records = new Set<string>();
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  vi.spyOn(client, 'send').mockImplementation(async (command: unknown) => {
    if (command instanceof PutItemCommand) {
      const key = JSON.stringify(command.input.Item?.sk);
      if (records.has(key))
        throw Object.assign(new Error('exists'), { name: 'ConditionalCheckFailedException' });
      records.add(key);
    }
    if (command instanceof UpdateItemCommand && !storesReplies) throw new Error('no table');
    if (command instanceof DeleteItemCommand) records.delete(JSON.stringify(command.input.Key?.sk));
    return {};
  });
  return { records, client };
}
const CALL = { tenant: tenantId('acme'), operation: 'addImage', key: 'k', payload: 'p' };
const context = { getRemainingTimeInMillis: () => 1000 } as Context;

describe('dynamoIdempotency', () => {
  it('releases the key if the reply cannot be stored', async () => {
    const { records, client } = table(false);
    const idempotency = dynamoIdempotency({ table: 'activity', client });
    await expect(idempotency(CALL, context, async () => ({ a: 1 }))).rejects.toThrow('idempotency store');
    expect(records.size).toBe(0);
  });
});
