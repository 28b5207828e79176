import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';

export const Env = ImagesTableEnv.extend(GroupsTableEnv.shape).extend(IdempotentGuardsEnv.shape);
