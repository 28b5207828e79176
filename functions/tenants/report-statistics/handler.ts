import * as api from '#shared/api/statistics.ts';
import { dynamoHeartbeats } from '#shared/catalog/dynamodb-heartbeats.ts';
import { dynamoImages } from '#shared/catalog/dynamodb-images.ts';
import { dynamoStatistics } from '#shared/catalog/dynamodb-statistics.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { dynamoUsage } from '#shared/catalog/dynamodb-usage.ts';
import { capacity } from '#shared/flows/tenants/report-capacity.ts';
import { overviewOf } from '#shared/flows/tenants/report-statistics.ts';
import { frontDoor } from '#shared/front-door/front-door.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route, tenantRoute } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const activity = { table: env.ACTIVITY_TABLE };
const ports = {
  tenants: dynamoTenants({ table: env.TENANTS_TABLE }),
  images: dynamoImages({ table: env.IMAGES_TABLE }),
  statistics: dynamoStatistics(activity),
  usage: dynamoUsage(activity),
  heartbeats: dynamoHeartbeats(activity),
};
const overview = overviewOf(ports);
const capacityOf = capacity(ports);

export const handler = httpFunction(
  [
    tenantRoute(api.getOverview, ({ tenant }) => overview(tenant)),
    route(api.getCapacity, ({ query }) => capacityOf(query.limit)),
  ],
  frontDoor(env),
);
