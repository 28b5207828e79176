import { countedIdAt } from '#shared/aws/dynamodb-keys.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { IMAGE_ID_PATTERN } from '#shared/kernel/ids.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { recordStorage } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { streamFunction } from '#shared/runtime/stream.ts';
import { dynamoStatisticsStore } from '#shared/statistics/dynamodb-statistics-store.ts';
import { updateStatistics } from '#shared/statistics/update-statistics.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { dynamoThresholdStore } from '#shared/usage/dynamodb-threshold-store.ts';
import { tellThresholds } from '#shared/usage/tell-thresholds.ts';
import { watchStored } from '#shared/usage/watch-stored.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const images = dynamoImageStore({ table: env.IMAGES_TABLE });
const update = updateStatistics({
  images,
  groups: dynamoGroupStore({ table: env.GROUPS_TABLE }),
  statistics: dynamoStatisticsStore({ table: env.ACTIVITY_TABLE }),
});
const watch = watchStored({
  report: recordStorage,
  images,
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  tell: tellThresholds({
    thresholds: dynamoThresholdStore({ table: env.ACTIVITY_TABLE }),
    publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
  }),
});

export const handler = streamFunction({
  run: async (records) => {
    const changed = records.flatMap(({ keys }) => countedIdAt(keys) ?? []);
    await update(changed);
    await watch(changed.flatMap(({ tenant, id }) => (IMAGE_ID_PATTERN.test(id) ? [tenant] : [])));
  },
});
