import * as api from '#shared/contracts/http/tenants.ts';
import { idempotentOperatorGuards } from '#shared/guards/guards.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { withSecret } from '#shared/runtime/idempotency.ts';
import { operatorRoute } from '#shared/runtime/routes.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { checkModels } from '#shared/tenants/change-settings.ts';
import { changeTenant, findTenant } from '#shared/tenants/change-tenant.ts';
import { createTenant } from '#shared/tenants/create-tenant.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { hashApiKey, newApiKey } from '#shared/tenants/new-api-key.ts';
import { ssmPlanIds } from '#shared/tenants/ssm-plan-ids.ts';
import { checkEndpoints, limitsReply, tenantChange, tenantReply } from '#shared/tenants/tenant-reply.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenantStore({ table: env.TENANTS_TABLE });
const usagePlans = apiGatewayUsagePlans({
  planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER),
  prefix: env.GATEWAY_KEYS_PREFIX,
});
const create = createTenant({
  ...{ tenants, usagePlans, newApiKey, hashApiKey },
  defaultModel: env.DEEPLENS_MODELS[0],
});
const find = findTenant({ tenants });
const change = changeTenant({ tenants, usagePlans });

export const handler = httpFunction(
  [
    operatorRoute(api.createTenant, async ({ body, recordChange, repeatKey }) => {
      const { tenant_id, name, plan, settings } = body;
      recordChange({ tenant_id, target: tenant_id, after: { name, plan, ...(settings && { settings }) } });
      checkModels(settings ?? {}, env.DEEPLENS_MODELS, '/settings');
      const { key_id, secret } = await create(tenantId(tenant_id), { name, plan, settings, repeatKey });
      const created = { tenant_id, status: 'created' as const, key_id };
      return withSecret(api.createTenant, created, secret);
    }),
    operatorRoute(api.listTenants, async ({ query }) => {
      const { items, nextCursor } = await tenants.list(query);
      return { tenants: items.map(tenantReply), ...(nextCursor && { next_cursor: nextCursor }) };
    }),
    operatorRoute(api.getTenant, async ({ params }) => tenantReply(await find(tenantId(params.tenant_id)))),
    operatorRoute(api.changeTenant, async ({ params, body, recordChange }) => {
      const { before, after } = await change(tenantId(params.tenant_id), tenantChange(body));
      recordChange({ before: tenantReply(before), after: tenantReply(after) });
      return tenantReply(after);
    }),
    operatorRoute(api.getLimits, async ({ params }) => limitsReply(await find(tenantId(params.tenant_id)))),
    operatorRoute(api.putLimits, async ({ params, body, recordChange }) => {
      checkEndpoints(body);
      const { before, after } = await change(tenantId(params.tenant_id), { limits: body });
      recordChange({ before: limitsReply(before).overrides, after: limitsReply(after).overrides });
      return limitsReply(after);
    }),
  ],
  idempotentOperatorGuards(env),
);
