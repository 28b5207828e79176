import { ownKeys, tenantKeys } from '#shared/contracts/http/keys.ts';
import { tenantGuards } from '#shared/guards/guards.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import { keyId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { Change } from '#shared/runtime/audit.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { keyReply } from '#shared/tenants/key-reply.ts';
import { type CreatedKey, manageKeys } from '#shared/tenants/manage-keys.ts';
import { hashApiKey, newApiKey } from '#shared/tenants/new-api-key.ts';
import { ssmPlanIds } from '#shared/tenants/ssm-plan-ids.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenantStore({ table: env.TENANTS_TABLE });
const usagePlans = apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) });
const keys = manageKeys({ tenants, usagePlans, newApiKey, hashApiKey });

type RecordChange = (change: Change) => void;

/** Records a created key and returns its reply with the secret. @param replaced the id of the key that it replaces */
const createdReply = ({ key, secret }: CreatedKey, recordChange: RecordChange, replaced?: string) => {
  const before = replaced === undefined ? {} : { before: { key_id: replaced } };
  recordChange({ target: key.key_id, ...before, after: keyReply(key) });
  return { ...keyReply(key), api_key: secret };
};
const rotate = async (
  tenant: TenantId,
  key: string,
  overlapSeconds: number,
  caller: Caller,
  recordChange: RecordChange,
) => createdReply(await keys.rotate(tenant, keyId(key), overlapSeconds, caller), recordChange, key);
const revoke = async (tenant: TenantId, key: string, recordChange: RecordChange) => {
  const { before, after } = await keys.revoke(tenant, keyId(key));
  recordChange({ target: key, before: keyReply(before), after: keyReply(after) });
  return keyReply(after);
};

export const handler = httpFunction(
  [
    tenantRoute(ownKeys.list, async ({ tenant }) => ({ keys: (await keys.list(tenant)).map(keyReply) })),
    tenantRoute(ownKeys.create, async ({ tenant, caller, body, recordChange }) =>
      createdReply(await keys.create(tenant, body, caller), recordChange),
    ),
    tenantRoute(ownKeys.rotate, async ({ tenant, params, caller, body, recordChange }) =>
      rotate(tenant, params.key_id, body.overlap_seconds, caller, recordChange),
    ),
    tenantRoute(ownKeys.revoke, async ({ tenant, params, recordChange }) =>
      revoke(tenant, params.key_id, recordChange),
    ),
    operatorRoute(tenantKeys.list, async ({ params }) => ({
      keys: (await keys.list(tenantId(params.tenant_id))).map(keyReply),
    })),
    operatorRoute(tenantKeys.create, async ({ params, caller, body, recordChange }) =>
      createdReply(await keys.create(tenantId(params.tenant_id), body, caller), recordChange),
    ),
    operatorRoute(tenantKeys.rotate, async ({ params, caller, body, recordChange }) =>
      rotate(tenantId(params.tenant_id), params.key_id, body.overlap_seconds, caller, recordChange),
    ),
    operatorRoute(tenantKeys.revoke, async ({ params, recordChange }) =>
      revoke(tenantId(params.tenant_id), params.key_id, recordChange),
    ),
  ],
  tenantGuards(env),
);
