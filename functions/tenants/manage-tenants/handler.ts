import { checkEndpoints, limitsReply, tenantReply } from '#shared/api/tenant-reply.ts';
import * as api from '#shared/api/tenants.ts';
import { apiGatewayUsagePlans } from '#shared/auth/api-gateway.ts';
import { hashApiKey, newApiKey } from '#shared/auth/api-keys.ts';
import { ssmPlanIds } from '#shared/auth/plan-ids.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { tenantId } from '#shared/domain/ids.ts';
import { changeTenant, findTenant } from '#shared/flows/tenants/change-tenant.ts';
import { createTenant } from '#shared/flows/tenants/create-tenant.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenants({ table: env.TENANTS_TABLE });
const usagePlans = apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) });
const create = createTenant({ tenants, usagePlans, newApiKey, hashApiKey });
const find = findTenant({ tenants });
const change = changeTenant({ tenants, usagePlans });

export const handler = httpFunction([
  route(api.createTenant, async ({ body }) => ({
    tenant_id: body.tenant_id,
    status: 'created' as const,
    api_key: await create(tenantId(body.tenant_id), body.name, body.plan),
  })),
  route(api.listTenants, async ({ query }) => {
    const { items, nextCursor } = await tenants.list(query);
    return { tenants: items.map(tenantReply), ...(nextCursor && { next_cursor: nextCursor }) };
  }),
  route(api.getTenant, async ({ params }) => tenantReply(await find(tenantId(params.tenant_id)))),
  route(api.changeTenant, async ({ params, body: { name, plan, state } }) =>
    tenantReply(
      await change(tenantId(params.tenant_id), {
        ...(name !== undefined && { name }),
        ...(plan && { plan }),
        ...(state && { state }),
      }),
    ),
  ),
  route(api.getLimits, async ({ params }) => limitsReply(await find(tenantId(params.tenant_id)))),
  route(api.putLimits, async ({ params, body }) => {
    checkEndpoints(body);
    return limitsReply(await change(tenantId(params.tenant_id), { limits: body }));
  }),
]);
