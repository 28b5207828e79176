import * as api from '#shared/api/tenants.ts';
import { apiGatewayUsagePlans } from '#shared/auth/api-gateway.ts';
import { hashApiKey, newApiKey } from '#shared/auth/api-keys.ts';
import { ssmPlanIds } from '#shared/auth/plan-ids.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { tenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import { createTenant } from '#shared/flows/tenants/create-tenant.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenants({ table: env.TENANTS_TABLE });
const usagePlans = apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) });
const create = createTenant({ tenants, usagePlans, newApiKey, hashApiKey });

export const handler = httpFunction([
  route(api.createTenant, async ({ body }) => ({
    tenant_id: body.tenant_id,
    status: 'created' as const,
    api_key: await create(tenantId(body.tenant_id), body.name, body.plan),
  })),
  route(api.getTenant, async ({ params }) => {
    const tenant = await tenants.get(tenantId(params.tenant_id));
    if (!tenant) throw new Problem('not_found', `There is no tenant ${params.tenant_id}.`);
    return tenant;
  }),
]);
