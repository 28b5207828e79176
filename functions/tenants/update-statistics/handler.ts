import { dynamoGroups } from '#shared/catalog/dynamodb-groups.ts';
import { dynamoImages } from '#shared/catalog/dynamodb-images.ts';
import { dynamoStatistics, thingAt } from '#shared/catalog/dynamodb-statistics.ts';
import { updateStatistics } from '#shared/flows/tenants/update-statistics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { streamFunction } from '#shared/runtime/stream.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const update = updateStatistics({
  images: dynamoImages({ table: env.IMAGES_TABLE }),
  groups: dynamoGroups({ table: env.GROUPS_TABLE }),
  statistics: dynamoStatistics({ table: env.ACTIVITY_TABLE }),
});

export const handler = streamFunction({
  run: (records) => update(records.flatMap(({ keys }) => thingAt(keys) ?? [])),
});
