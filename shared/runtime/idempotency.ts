import { createHash } from 'node:crypto';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { TENANT_ID_PATTERN, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { Call, HttpRequest } from './call.ts';
import { WithStatus } from './with-status.ts';

/** Identifies a call: two calls that are equal in these are the same call. */
export interface IdempotentCall {
  /** The tenant that the call is about; absent: none, for the operator's. */
  tenant: TenantId | undefined;
  operation: string;
  /** The header `Idempotency-Key`. */
  key: string;
  /** The call's input as text. */
  payload: string;
}

/** Runs a call once per tenant, operation and key; returns the first reply, as its JSON says, to later calls too. */
export type Idempotency = <Reply>(
  call: IdempotentCall,
  context: Context,
  run: () => Promise<Reply>,
) => Promise<Reply>;

/**
 * Runs an idempotent operation once for the request's `Idempotency-Key`; every time without a key. A secret is in the first
 * reply alone, and never stored.
 */
export async function once<SomeCall extends Call<Operation> & { tenant?: TenantId }, Result>(
  idempotency: Idempotency | undefined,
  operation: Operation,
  { event, context }: HttpRequest,
  call: SomeCall,
  run: (call: SomeCall) => Promise<Result>,
): Promise<Result> {
  const key = event.headers['idempotency-key'];
  if (!idempotency || !operation.idempotent || !key) return run(call);
  const identity = { tenant: tenantOf(call), operation: operation.id, key, payload: payloadOf(call) };
  const repeatKey = createHash('sha256')
    .update(JSON.stringify(Object.values(identity)))
    .digest('hex');
  const made: Result[] = [];
  const { status, reply } = await idempotency(identity, context, async () => {
    const first = await run({ ...call, repeatKey });
    made.push(first);
    return storable(operation, first);
  });
  const [first] = made;
  if (first !== undefined) return first;
  call.recordChange({ after: { repeated: true } });
  return (status === undefined ? reply : new WithStatus(status, reply)) as Result; // as it was before it was stored
}

/** Returns a reply as it is stored: as JSON, which would not say that it is a `WithStatus`. */
function storable(operation: Operation, reply: unknown): { status?: number; reply: unknown } {
  if (reply instanceof WithStatus) return { status: reply.status, reply: reply.body };
  return { reply: operation.withoutSecret?.(reply) ?? reply };
}

const Named = z
  .object({ tenant_id: z.string().regex(TENANT_ID_PATTERN) })
  .transform(({ tenant_id }) => tenantId(tenant_id));

/** Returns the tenant that the call is about: the credential's, or the one that the operator names. Its purge removes the reply. */
const tenantOf = ({ tenant, params, body }: Call<Operation> & { tenant?: TenantId }): TenantId | undefined =>
  tenant ?? Named.safeParse(params).data ?? Named.safeParse(body).data;

/** Serialises the input that a repeated call must repeat, independent of its encoding: a file by its hash. */
const payloadOf = ({ params, query, body, file }: Call<Operation>): string =>
  JSON.stringify([params, query, body, file && createHash('sha256').update(file.bytes).digest('hex')]);

type Shown<Reply> = Reply & { api_key?: string; secret_shown: boolean };

/** Returns the reply to a creation, with its secret if this call made it. */
export function withSecret<Reply extends object>(
  { withoutSecret }: Operation,
  reply: Reply,
  secret: string | undefined,
): Shown<Reply> {
  if (secret !== undefined) return { ...reply, api_key: secret, secret_shown: true };
  const shown = { ...reply, secret_shown: false };
  return withoutSecret ? (withoutSecret(shown) as Shown<Reply>) : shown; // which keeps all fields but the secret
}
