import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { idempotencyPartition } from '#shared/aws/dynamodb-activity-keys.ts';
import type { TableOptions } from '#shared/aws/dynamodb-table.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Idempotency } from '#shared/runtime/idempotency.ts';

export const IdempotencyEnv = z.object({ ACTIVITY_TABLE: z.string().min(1) });

/** Seconds for which a key returns the same reply: one day. */
const REPLY_LIFETIME_SECONDS = 24 * 60 * 60;

/** JSON, compressed: an attribute cannot hold every JSON value, and a hundred upload forms exceed 400 KB. */
const pack = (reply: unknown): Uint8Array => gzipSync(JSON.stringify(reply));
const unpack = <Reply>(packed: Uint8Array): Reply => JSON.parse(gunzipSync(packed).toString());

/**
 * Stores replies in the activity table, each tenant's in its own partition.
 * @throws Problem `idempotency_key_reused` if the key came with another input before, `request_in_progress` while the
 *   first call runs
 */
export function dynamoIdempotency({ table, client = new DynamoDBClient() }: TableOptions): Idempotency {
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
      staticPkValue: idempotencyPartition(call.tenant),
      expiryAttr: 'expires_at',
      awsSdkV3Client: client,
    });
    let hasRun = false;
    const runNow = async (_call: { key: string; payload: string }) => {
      const reply = pack(await run());
      hasRun = true;
      return reply;
    };
    const once = makeIdempotent(runNow, { persistenceStore, config, keyPrefix: call.operation });
    // A digest: the table must hold neither the key nor the body in clear text.
    const identity = { key: call.key, payload: createHash('sha256').update(call.payload).digest('hex') };
    try {
      return unpack(await once(identity));
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
