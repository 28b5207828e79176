import { limitsInForce } from '#shared/api/tenant-reply.ts';
import * as api from '#shared/api/usage.ts';
import { dynamoImages } from '#shared/catalog/dynamodb-images.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { dynamoUsage } from '#shared/catalog/dynamodb-usage.ts';
import { tenantId } from '#shared/domain/ids.ts';
import { periodOf } from '#shared/domain/usage.ts';
import { findTenant } from '#shared/flows/tenants/change-tenant.ts';
import { heaviestTenants, usageOf } from '#shared/flows/tenants/report-usage.ts';
import { frontDoor } from '#shared/front-door/front-door.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route, tenantRoute } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  tenants: dynamoTenants({ table: env.TENANTS_TABLE }),
  usage: dynamoUsage({ table: env.ACTIVITY_TABLE }),
  images: dynamoImages({ table: env.IMAGES_TABLE }),
};
const usage = usageOf(ports);
const find = findTenant(ports);
const heaviest = heaviestTenants(ports);
const thisMonth = () => periodOf(new Date());

export const handler = httpFunction(
  [
    tenantRoute(api.getUsage, async ({ tenant, caller, query: { period = thisMonth() } }) => ({
      ...(await usage(tenant, period)),
      limits: limitsInForce({ plan: caller.plan ?? 'free', ...(caller.limits && { limits: caller.limits }) }),
    })),
    route(api.getTenantUsage, async ({ params, query: { period = thisMonth() } }) => {
      const tenant = await find(tenantId(params.tenant_id));
      return { ...(await usage(tenant.tenant_id, period)), limits: limitsInForce(tenant) };
    }),
    route(api.listUsage, async ({ query: { period = thisMonth(), sort, limit } }) =>
      heaviest(period, sort, limit),
    ),
  ],
  frontDoor(env),
);
