import { OperatorGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { IssuersEnv } from '#shared/identity/issuers.ts';

export const Env = OperatorGuardsEnv.extend(ActivityTableEnv.shape).extend(
  IssuersEnv.pick({ USER_POOL_ID: true, TRUSTED_ISSUERS: true }).shape,
);
