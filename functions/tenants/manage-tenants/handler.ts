import * as api from '#shared/contracts/http/tenants.ts';
import { operatorDoor } from '#shared/front-door/front-door.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route } from '#shared/runtime/http.ts';
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
const usagePlans = apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) });
const create = createTenant({
  ...{ tenants, usagePlans, newApiKey, hashApiKey },
  defaultModel: env.DEEPLENS_MODELS[0],
});
const find = findTenant({ tenants });
const change = changeTenant({ tenants, usagePlans });

export const handler = httpFunction(
  [
    route(api.createTenant, async ({ body, note }) => {
      const { tenant_id, name, plan, settings } = body;
      note({ tenant_id, target: tenant_id, after: { name, plan, ...(settings && { settings }) } });
      checkModels(settings ?? {}, env.DEEPLENS_MODELS, '/settings');
      const api_key = await create(tenantId(tenant_id), name, plan, settings);
      return { tenant_id, status: 'created' as const, api_key };
    }),
    route(api.listTenants, async ({ query }) => {
      const { items, nextCursor } = await tenants.list(query);
      return { tenants: items.map(tenantReply), ...(nextCursor && { next_cursor: nextCursor }) };
    }),
    route(api.getTenant, async ({ params }) => tenantReply(await find(tenantId(params.tenant_id)))),
    route(api.changeTenant, async ({ params, body, note }) => {
      const { before, after } = await change(tenantId(params.tenant_id), tenantChange(body));
      note({ before: tenantReply(before), after: tenantReply(after) });
      return tenantReply(after);
    }),
    route(api.getLimits, async ({ params }) => limitsReply(await find(tenantId(params.tenant_id)))),
    route(api.putLimits, async ({ params, body, note }) => {
      checkEndpoints(body);
      const { before, after } = await change(tenantId(params.tenant_id), { limits: body });
      note({ before: limitsReply(before).overrides, after: limitsReply(after).overrides });
      return limitsReply(after);
    }),
  ],
  operatorDoor(env),
);
