import { keyReply } from '#shared/api/key-reply.ts';
import { ownKeys, tenantKeys } from '#shared/api/keys.ts';
import { apiGatewayUsagePlans } from '#shared/auth/api-gateway.ts';
import { hashApiKey, newApiKey } from '#shared/auth/api-keys.ts';
import { ssmPlanIds } from '#shared/auth/plan-ids.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { keyId, tenantId } from '#shared/domain/ids.ts';
import { SCOPES } from '#shared/domain/tenant.ts';
import { type MadeKey, manageKeys } from '#shared/flows/tenants/keys.ts';
import { frontDoor } from '#shared/front-door/front-door.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route, tenantRoute } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenants({ table: env.TENANTS_TABLE });
const usagePlans = apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) });
const keys = manageKeys({ tenants, usagePlans, newApiKey, hashApiKey });
const shown = ({ key, secret }: MadeKey) => ({ ...keyReply(key), api_key: secret });

export const handler = httpFunction(
  [
    tenantRoute(ownKeys.list, async ({ tenant }) => ({ keys: (await keys.list(tenant)).map(keyReply) })),
    tenantRoute(ownKeys.create, async ({ tenant, caller, body }) =>
      shown(await keys.create(tenant, body, caller.scopes)),
    ),
    tenantRoute(ownKeys.rotate, async ({ tenant, params, body }) =>
      shown(await keys.rotate(tenant, keyId(params.key_id), body.overlap_seconds)),
    ),
    tenantRoute(ownKeys.revoke, async ({ tenant, params }) =>
      keyReply(await keys.revoke(tenant, keyId(params.key_id))),
    ),
    route(tenantKeys.list, async ({ params }) => ({
      keys: (await keys.list(tenantId(params.tenant_id))).map(keyReply),
    })),
    route(tenantKeys.create, async ({ params, body }) =>
      shown(await keys.create(tenantId(params.tenant_id), body, SCOPES)),
    ),
    route(tenantKeys.rotate, async ({ params, body }) =>
      shown(await keys.rotate(tenantId(params.tenant_id), keyId(params.key_id), body.overlap_seconds)),
    ),
    route(tenantKeys.revoke, async ({ params }) =>
      keyReply(await keys.revoke(tenantId(params.tenant_id), keyId(params.key_id))),
    ),
  ],
  frontDoor(env),
);
