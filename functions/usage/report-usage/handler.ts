import { getMe } from '#shared/contracts/http/me.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import * as api from '#shared/contracts/http/usage.ts';
import { tenantGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { periodOf } from '#shared/kernel/period.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { findTenant } from '#shared/tenants/change-tenant.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { limitsInForce } from '#shared/tenants/tenant-reply.ts';
import { describeCaller } from '#shared/usage/describe-caller.ts';
import { dynamoUsageStore } from '#shared/usage/dynamodb-usage-store.ts';
import { heaviestTenants, usageOf } from '#shared/usage/report-usage.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  usage: dynamoUsageStore({ table: env.ACTIVITY_TABLE }),
  images: dynamoImageStore({ table: env.IMAGES_TABLE }),
};
const usage = usageOf(ports);
const find = findTenant(ports);
const heaviest = heaviestTenants(ports);
const thisMonth = () => periodOf(new Date());

const guards = tenantGuards(env);
const describe = describeCaller({ ...ports, limiter: guards.limiter, operations: OPERATIONS });

export const handler = httpFunction(
  [
    tenantRoute(getMe, ({ tenant, caller }) => describe(tenant, caller)),
    tenantRoute(api.getUsage, async ({ tenant, caller, query: { period = thisMonth() } }) => ({
      ...(await usage(tenant, period)),
      limits: limitsInForce({ plan: caller.plan ?? 'free', ...(caller.limits && { limits: caller.limits }) }),
    })),
    operatorRoute(api.getTenantUsage, async ({ params, query: { period = thisMonth() } }) => {
      const tenant = await find(tenantId(params.tenant_id));
      return { ...(await usage(tenant.tenant_id, period)), limits: limitsInForce(tenant) };
    }),
    operatorRoute(api.listUsage, async ({ query: { period = thisMonth(), sort, limit } }) =>
      heaviest(period, sort, limit),
    ),
  ],
  guards,
);
