import { countedIdAt } from '#shared/aws/dynamodb-keys.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { streamFunction } from '#shared/runtime/stream.ts';
import { dynamoStatisticsStore } from '#shared/statistics/dynamodb-statistics-store.ts';
import { updateStatistics } from '#shared/statistics/update-statistics.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const update = updateStatistics({
  images: dynamoImageStore({ table: env.IMAGES_TABLE }),
  groups: dynamoGroupStore({ table: env.GROUPS_TABLE }),
  statistics: dynamoStatisticsStore({ table: env.ACTIVITY_TABLE }),
});

export const handler = streamFunction({
  run: (records) => update(records.flatMap(({ keys }) => countedIdAt(keys) ?? [])),
});
