import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';

export const Env = ImagesTableEnv.extend(GroupsTableEnv.shape).extend(ActivityTableEnv.shape);
