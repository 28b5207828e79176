import { IssuersEnv } from '#shared/auth/issuers.ts';
import { ActivityTableEnv } from '#shared/catalog/dynamodb-heartbeats.ts';
import { OperatorDoorEnv } from '#shared/front-door/front-door.ts';

export const Env = OperatorDoorEnv.extend(ActivityTableEnv.shape).extend(
  IssuersEnv.pick({ USER_POOL_ID: true, TRUSTED_ISSUERS: true }).shape,
);
