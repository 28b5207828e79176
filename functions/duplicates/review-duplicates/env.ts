import { GroupsTableEnv } from '#shared/catalog/dynamodb-groups.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';

export const Env = ImagesTableEnv.extend(GroupsTableEnv.shape);
