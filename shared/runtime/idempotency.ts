import { createHash } from 'node:crypto';
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';

export const IdempotencyEnv = z.object({ ACTIVITY_TABLE: z.string().min(1) });

/** How long the same key gives the same reply, in seconds: a day. */
const REMEMBERED_FOR = 24 * 60 * 60;

/** What makes two calls the same one. */
export interface IdempotentCall {
  tenant: TenantId;
  operation: string;
  /** The header `Idempotency-Key`. */
  key: string;
  /** All that the call says, as text. */
  payload: string;
}

/** Runs a call once per tenant, operation and key. */
export type Idempotency = <Reply>(
  call: IdempotentCall,
  context: Context,
  run: () => Promise<Reply>,
) => Promise<Reply>;

/**
 * Remembers replies in the table `activity`, each tenant's in the partition that `partitionOf` names.
 * @throws Problem `idempotency_key_reused` where the key came with another body, `request_in_progress` while the first call runs
 */
export function dynamoIdempotency(table: string, partitionOf: (tenant: TenantId) => string): Idempotency {
  return async (call, context, run) => {
    const config = new IdempotencyConfig({
      eventKeyJmesPath: 'key',
      payloadValidationJmesPath: 'payload',
      expiresAfterSeconds: REMEMBERED_FOR,
    });
    config.registerLambdaContext(context);
    const once = makeIdempotent(async (_call: { key: string; payload: string }) => run(), {
      persistenceStore: new DynamoDBPersistenceLayer({
        tableName: table,
        keyAttr: 'pk',
        sortKeyAttr: 'sk',
        staticPkValue: partitionOf(call.tenant),
        expiryAttr: 'expires_at',
      }),
      config,
      keyPrefix: call.operation,
    });
    try {
      // The table keeps a digest: neither the key nor the body belongs there as it is.
      const payload = createHash('sha256').update(call.payload).digest('hex');
      return await once({ key: call.key, payload });
    } catch (error) {
      if (error instanceof IdempotencyValidationError)
        throw new Problem(
          'idempotency_key_reused',
          'This Idempotency-Key came with another body before. Use a new key for a new request.',
          { cause: error },
        );
      if (error instanceof IdempotencyAlreadyInProgressError)
        throw new Problem(
          'request_in_progress',
          'The first request with this Idempotency-Key is still running. Ask again in a moment.',
          { cause: error, retryAfter: 1 },
        );
      throw error;
    }
  };
}
