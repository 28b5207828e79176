import { createHash } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { Call, HttpRequest, TenantCall } from './call.ts';
import { WithStatus } from './with-status.ts';

/** Identifies a call: two calls that are equal in these are the same call. */
export interface IdempotentCall {
  tenant: TenantId;
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
  const { status, reply } = await idempotency(identity, context, async () => storable(await run(call)));
  return status === undefined ? reply : (new WithStatus(status, reply) as Result); // as it was before it was stored
}

/** A reply as its JSON holds it: that of a `WithStatus` would not say that it is one. */
const storable = <Result>(reply: Result): { status?: number; reply: Result } =>
  reply instanceof WithStatus ? { status: reply.status, reply: reply.body } : { reply };

/** Serialises the input that a repeated call must repeat, independent of its encoding: a file by its hash. */
const payloadOf = ({ params, query, body, file }: Call<Operation>): string =>
  JSON.stringify([params, query, body, file && createHash('sha256').update(file.bytes).digest('hex')]);
