import { createHash } from 'node:crypto';
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBPersistenceOptions } from '@aws-lambda-powertools/idempotency/dynamodb/types';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Call, HttpRequest, TenantCall } from './call.ts';

export const IdempotencyEnv = z.object({ ACTIVITY_TABLE: z.string().min(1) });

/** Seconds for which a key returns the same reply: one day. */
const REPLY_LIFETIME_SECONDS = 24 * 60 * 60;

/** Identifies a call: two calls that are equal in these are the same call. */
export interface IdempotentCall {
  tenant: TenantId;
  operation: string;
  /** The header `Idempotency-Key`. */
  key: string;
  /** The call's input as text. */
  payload: string;
}

/** Runs a call once per tenant, operation and key; returns the first reply to later calls. */
export type Idempotency = <Reply>(
  call: IdempotentCall,
  context: Context,
  run: () => Promise<Reply>,
) => Promise<Reply>;

/** Runs an idempotent operation once for the request's `Idempotency-Key`; every time without a key. */
export async function once<Op extends Operation, Result>(
  idempotency: Idempotency | undefined,
  operation: Op,
  { event, context }: HttpRequest,
  call: TenantCall<Op>,
  run: (call: TenantCall<Op>) => Promise<Result>,
): Promise<Result> {
  const key = event.headers['idempotency-key'];
  if (!idempotency || !operation.idempotent || !key) return run(call);
  const identity = { tenant: call.tenant, operation: operation.id, key, payload: payloadOf(call) };
  return idempotency(identity, context, async () => asJson(await run(call)));
}

/** Returns a reply as its JSON says: stores cannot hold `undefined`, dates or instances of classes. */
export const asJson = <Reply>(reply: Reply): Reply => JSON.parse(JSON.stringify(reply));

/** Serialises the input that a repeated call must repeat, independent of its encoding: a file by its hash. */
const payloadOf = ({ params, query, body, file }: Call<Operation>): string =>
  JSON.stringify([params, query, body, file && createHash('sha256').update(file.bytes).digest('hex')]);

/**
 * Stores replies in the activity table, each tenant's in the partition that `partitionOf` names.
 * @throws Problem `idempotency_key_reused` if the key came with another input before, `request_in_progress` while the
 *   first call runs
 */
export function dynamoIdempotency(
  table: string,
  partitionOf: (tenant: TenantId) => string,
  options: Pick<DynamoDBPersistenceOptions, 'awsSdkV3Client'> = {},
): Idempotency {
  return async (call, context, run) => {
    const config = new IdempotencyConfig({
      eventKeyJmesPath: 'key',
      payloadValidationJmesPath: 'payload',
      expiresAfterSeconds: REPLY_LIFETIME_SECONDS,
    });
    config.registerLambdaContext(context);
    const persistenceStore = new DynamoDBPersistenceLayer({
      tableName: table,
      keyAttr: 'pk',
      sortKeyAttr: 'sk',
      staticPkValue: partitionOf(call.tenant),
      expiryAttr: 'expires_at',
      ...options,
    });
    let hasRun = false;
    const runNow = async (_call: { key: string; payload: string }) => {
      const reply = await run();
      hasRun = true;
      return reply;
    };
    const once = makeIdempotent(runNow, { persistenceStore, config, keyPrefix: call.operation });
    // A digest: the table must hold neither the key nor the body in clear text.
    const identity = { key: call.key, payload: createHash('sha256').update(call.payload).digest('hex') };
    try {
      return await once(identity);
    } catch (error) {
      // The reply could not be stored. Powertools releases the key only of a call that throws.
      if (hasRun && error instanceof IdempotencyPersistenceLayerError)
        await persistenceStore.deleteRecord(identity).catch(() => {}); // it expires with the function's time
      if (error instanceof IdempotencyValidationError)
        throw new Problem(
          'idempotency_key_reused',
          'This Idempotency-Key was used with another request. Use a new key for a new request.',
          { cause: error },
        );
      if (error instanceof IdempotencyAlreadyInProgressError)
        throw new Problem(
          'request_in_progress',
          'The first request with this Idempotency-Key is still running. Retry in a second.',
          { cause: error, retryAfter: 1 },
        );
      throw error;
    }
  };
}
