import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';

export const Env = ImagesTableEnv.extend(GroupsTableEnv.shape).extend(FrontDoorEnv.shape);
