import { readEnv } from '#shared/runtime/env.ts';
import { scheduledFunction } from '#shared/runtime/schedule.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { expireKeys } from '#shared/tenants/expire-keys.ts';
import { ssmPlanIds } from '#shared/tenants/ssm-plan-ids.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const expire = expireKeys({
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  usagePlans: apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) }),
  report: ({ tenant_id, key_id }, error) =>
    logger.error('ended key not removed from API Gateway', { tenant_id, key_id, error }),
  budgetSeconds: env.EXPIRE_KEYS_BUDGET_SECONDS,
});

export const handler = scheduledFunction({ run: expire });
