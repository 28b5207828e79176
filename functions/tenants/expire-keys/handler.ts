import type { KeyId, TenantId } from '#shared/kernel/ids.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { scheduledFunction } from '#shared/runtime/schedule.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { apiGatewayUsagePlans } from '#shared/tenants/api-gateway-usage-plans.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { expireKeys } from '#shared/tenants/expire-keys.ts';
import { ssmPlanIds } from '#shared/tenants/ssm-plan-ids.ts';
import { sweepGatewayKeys } from '#shared/tenants/sweep-gateway-keys.ts';
import { Env, Sweep } from './env.ts';

const env = readEnv(Env);
const ports = {
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  usagePlans: apiGatewayUsagePlans({ planIds: ssmPlanIds(env.USAGE_PLANS_PARAMETER) }),
  report: ({ tenant_id, key_id }: { tenant_id: TenantId; key_id: KeyId }, error: unknown) =>
    logger.error('ended key not removed from API Gateway', { tenant_id, key_id, error }),
  budgetSeconds: env.EXPIRE_KEYS_BUDGET_SECONDS,
};
const expire = expireKeys(ports);
const sweep = sweepGatewayKeys(ports);

export const handler = scheduledFunction({
  run: (event) => (Sweep.safeParse(event).success ? sweep() : expire()),
});
