import { GroupsTableEnv } from '#shared/catalog/dynamodb-groups.ts';
import { ActivityTableEnv } from '#shared/catalog/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';

export const Env = ImagesTableEnv.extend(GroupsTableEnv.shape).extend(ActivityTableEnv.shape);
