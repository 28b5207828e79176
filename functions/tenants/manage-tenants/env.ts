import { UsagePlansEnv } from '#shared/auth/plan-ids.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';

export const Env = TenantsTableEnv.extend(UsagePlansEnv.shape);
