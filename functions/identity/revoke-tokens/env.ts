import { OperatorDoorEnv } from '#shared/front-door/front-door.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { IssuersEnv } from '#shared/identity/issuers.ts';

export const Env = OperatorDoorEnv.extend(ActivityTableEnv.shape).extend(
  IssuersEnv.pick({ USER_POOL_ID: true, TRUSTED_ISSUERS: true }).shape,
);
