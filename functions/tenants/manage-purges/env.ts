import { ActivityTableEnv } from '#shared/catalog/dynamodb-heartbeats.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { OperatorDoorEnv } from '#shared/front-door/front-door.ts';
import { PurgesQueueEnv } from '#shared/messaging/sqs-jobs.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape)
  .extend(PurgesQueueEnv.shape)
  .extend(OperatorDoorEnv.shape);
