import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { asJson, dynamoIdempotency } from '#shared/runtime/idempotency.ts';

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
  it('stores the reply under its key', async () => {
    const { records, client } = table(true);
    const idempotency = dynamoIdempotency('activity', (tenant) => tenant, { awsSdkV3Client: client });
    expect(await idempotency(CALL, context, async () => ({ a: 1 }))).toEqual({ a: 1 });
    expect(records.size).toBe(1);
  });

  it('releases the key of a call that failed', async () => {
    const { records, client } = table(true);
    const idempotency = dynamoIdempotency('activity', (tenant) => tenant, { awsSdkV3Client: client });
    const failed = idempotency(CALL, context, () => Promise.reject(new Problem('conflict', 'no')));
    await expect(failed).rejects.toMatchObject({ code: 'conflict' });
    expect(records.size).toBe(0);
  });

  it('releases the key if the reply cannot be stored', async () => {
    const { records, client } = table(false);
    const idempotency = dynamoIdempotency('activity', (tenant) => tenant, { awsSdkV3Client: client });
    await expect(idempotency(CALL, context, async () => ({ a: 1 }))).rejects.toThrow('idempotency store');
    expect(records.size).toBe(0);
  });
});

/** What a JSON Schema says of a value. */
interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}
class Instance {
  readonly field = 'value';
  readonly absent = undefined;
}

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.constantFrom(undefined, null, new Date(0), new Instance()),
);
const open = fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.string(), leaf));

/** Replies as functions make them: optional fields may be undefined, texts dates, open values anything. */
function reply(schema: Schema, defs = schema.$defs ?? {}): fc.Arbitrary<unknown> {
  const { type, items, properties, additionalProperties, anyOf } = schema;
  if (schema.$ref) return reply(defs[schema.$ref.replace('#/$defs/', '')] ?? {}, defs);
  const inner = (part: Schema) => reply(part, defs);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (anyOf) return fc.oneof(...anyOf.map(inner));
  if (type === 'array') return fc.array(inner(items ?? {}), { maxLength: 3 });
  if (type === 'string') return fc.oneof(fc.string(), fc.constant(new Date(0)));
  if (type === 'number' || type === 'integer') return fc.integer();
  if (type === 'boolean') return fc.boolean();
  if (type !== 'object') return open;
  if (typeof additionalProperties === 'object')
    return fc.dictionary(fc.string(), inner(additionalProperties));
  const fields = Object.entries(properties ?? {}).map(([name, field]) => {
    const isRequired = schema.required?.includes(name);
    return [name, isRequired ? inner(field) : fc.option(inner(field), { nil: undefined })] as const;
  });
  return fc.record(Object.fromEntries(fields));
}

it.each(OPERATIONS.filter(({ idempotent }) => idempotent))(
  '$id: any reply is stored as its JSON',
  (operation) => {
    const schema = z.toJSONSchema(operation.reply.schema, { io: 'input', unrepresentable: 'any' }) as Schema; // JSON Schema
    fc.assert(
      fc.property(reply(schema), (made) => {
        const stored = unmarshall(marshall({ reply: asJson(made) }));
        expect(stored.reply).toEqual(JSON.parse(JSON.stringify(made)));
      }),
    );
  },
);
