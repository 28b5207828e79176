import { ownKeys, tenantKeys } from '#shared/contracts/http/keys.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { keyId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { Change } from '#shared/runtime/audit.ts';
import type { Call } from '#shared/runtime/call.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { withSecret } from '#shared/runtime/idempotency.ts';
import { operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { keyReply } from '#shared/tenants/key-reply.ts';
import { type CreatedKey, type KeyRequest, manageKeys } from '#shared/tenants/manage-keys.ts';
import { hashApiKey, newApiKey } from '#shared/tenants/new-api-key.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenantStore({ table: env.TENANTS_TABLE });
const keys = manageKeys({ tenants, newApiKey, hashApiKey });

type RecordChange = (change: Change) => void;
type Creation = Pick<Call<Operation>, 'caller' | 'recordChange' | 'repeatKey'>;

/** Records a created key and returns its reply. @param replaced the id of the key that it replaces */
const createdReply = (
  operation: Operation,
  { key, secret }: CreatedKey,
  { recordChange }: Creation,
  replaced?: string,
) => {
  const before = replaced === undefined ? {} : { before: { key_id: replaced } };
  recordChange({ target: key.key_id, ...before, after: keyReply(key) });
  return withSecret(operation, keyReply(key), secret);
};
const create = async (operation: Operation, tenant: TenantId, body: KeyRequest, call: Creation) =>
  createdReply(
    operation,
    await keys.create(tenant, { ...body, repeatKey: call.repeatKey }, call.caller),
    call,
  );
const rotate = async (
  operation: Operation,
  tenant: TenantId,
  key: string,
  overlapSeconds: number,
  call: Creation,
) => {
  const created = await keys.rotate(tenant, keyId(key), overlapSeconds, call.caller, call.repeatKey);
  return createdReply(operation, created, call, key);
};
const revoke = async (tenant: TenantId, key: string, recordChange: RecordChange) => {
  const { before, after } = await keys.revoke(tenant, keyId(key));
  recordChange({ target: key, before: keyReply(before), after: keyReply(after) });
  return keyReply(after);
};

export const handler = httpFunction(
  [
    tenantRoute(ownKeys.list, async ({ tenant }) => ({ keys: (await keys.list(tenant)).map(keyReply) })),
    tenantRoute(ownKeys.create, (call) => create(ownKeys.create, call.tenant, call.body, call)),
    tenantRoute(ownKeys.rotate, (call) =>
      rotate(ownKeys.rotate, call.tenant, call.params.key_id, call.body.overlap_seconds, call),
    ),
    tenantRoute(ownKeys.revoke, async ({ tenant, params, recordChange }) =>
      revoke(tenant, params.key_id, recordChange),
    ),
    operatorRoute(tenantKeys.list, async ({ params }) => ({
      keys: (await keys.list(tenantId(params.tenant_id))).map(keyReply),
    })),
    operatorRoute(tenantKeys.create, (call) =>
      create(tenantKeys.create, tenantId(call.params.tenant_id), call.body, call),
    ),
    operatorRoute(tenantKeys.rotate, (call) =>
      rotate(
        tenantKeys.rotate,
        tenantId(call.params.tenant_id),
        call.params.key_id,
        call.body.overlap_seconds,
        call,
      ),
    ),
    operatorRoute(tenantKeys.revoke, async ({ params, recordChange }) =>
      revoke(tenantId(params.tenant_id), params.key_id, recordChange),
    ),
  ],
  idempotentGuards(env),
);
