import { UsagePlansEnv } from '#shared/auth/plan-ids.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { OperatorDoorEnv } from '#shared/front-door/front-door.ts';

export const Env = TenantsTableEnv.extend(UsagePlansEnv.shape).extend(OperatorDoorEnv.shape);
