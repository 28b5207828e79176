import { ActivityTableEnv } from '#shared/catalog/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape)
  .extend(ImagesTableEnv.shape)
  .extend(FrontDoorEnv.shape);
