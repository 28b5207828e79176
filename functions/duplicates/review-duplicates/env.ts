import { GroupsTableEnv } from '#shared/catalog/dynamodb-groups.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';

export const Env = ImagesTableEnv.extend(GroupsTableEnv.shape).extend(FrontDoorEnv.shape);
