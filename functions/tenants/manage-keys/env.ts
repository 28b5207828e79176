import { FrontDoorEnv } from '#shared/front-door/front-door.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { UsagePlansEnv } from '#shared/tenants/ssm-plan-ids.ts';

export const Env = TenantsTableEnv.extend(UsagePlansEnv.shape).extend(FrontDoorEnv.shape);
