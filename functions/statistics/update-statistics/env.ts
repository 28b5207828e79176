import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = ImagesTableEnv.extend(GroupsTableEnv.shape)
  .extend(ActivityTableEnv.shape)
  .extend(TenantsTableEnv.shape)
  .extend(SnsEnv.shape);
