import * as api from '#shared/contracts/http/statistics.ts';
import { tenantGuards } from '#shared/guards/guards.ts';
import { dynamoHeartbeats } from '#shared/health/dynamodb-heartbeats.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { dynamoStatisticsStore } from '#shared/statistics/dynamodb-statistics-store.ts';
import { capacity } from '#shared/statistics/report-capacity.ts';
import { overviewOf } from '#shared/statistics/report-overview.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { dynamoUsageStore } from '#shared/usage/dynamodb-usage-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const activity = { table: env.ACTIVITY_TABLE };
const ports = {
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  images: dynamoImageStore({ table: env.IMAGES_TABLE }),
  statistics: dynamoStatisticsStore(activity),
  usage: dynamoUsageStore(activity),
  heartbeats: dynamoHeartbeats(activity),
};
const overview = overviewOf(ports);
const capacityOf = capacity(ports);

export const handler = httpFunction(
  [
    tenantRoute(api.getOverview, ({ tenant }) => overview(tenant)),
    operatorRoute(api.getCapacity, ({ query }) => capacityOf(query.limit)),
  ],
  tenantGuards(env),
);
