import { UsagePlansEnv } from '#shared/auth/plan-ids.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';

export const Env = TenantsTableEnv.extend(UsagePlansEnv.shape).extend(FrontDoorEnv.shape);
