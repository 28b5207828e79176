import { openConnectors } from '#shared/connectors/open-connectors.ts';
import * as api from '#shared/contracts/http/storages.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { storageId, type TenantId } from '#shared/kernel/ids.ts';
import { startStorageRemoval } from '#shared/purges/start-storage-removal.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { dynamoStatisticsStore } from '#shared/statistics/dynamodb-statistics-store.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { eventBridgeBucketEvents } from '#shared/storages/eventbridge-bucket-events.ts';
import { manageEvents } from '#shared/storages/manage-events.ts';
import { manageStorages } from '#shared/storages/manage-storages.ts';
import type { StorageLocation } from '#shared/storages/storage-location.ts';
import { countsOf, storageReply } from '#shared/storages/storage-reply.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const storages = dynamoStorageStore({ table: env.TENANTS_TABLE });
const statistics = dynamoStatisticsStore({ table: env.ACTIVITY_TABLE });
const manage = manageStorages({
  storages,
  secrets: secretsManagerStore({ prefix: env.SECRETS_PREFIX }),
  connectors: openConnectors({ allowed: env.WEB_ALLOWED_ADDRESSES }),
});
const events = eventBridgeBucketEvents({
  prefix: env.EVENT_BUSES_PREFIX,
  queueArn: env.STORAGE_EVENTS_QUEUE_ARN,
});
const manageOwnEvents = manageEvents({ storages, events });
const remove = startStorageRemoval({
  storages,
  events,
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.STORAGE_REMOVALS_QUEUE_URL }),
});

/** Adds the counts that statistics have of each location. */
async function repliesOf(tenant: TenantId, locations: readonly StorageLocation[]) {
  const counters = await statistics.read(tenant);
  return locations.map((location) => storageReply(location, countsOf(location, counters)));
}
const replyOf = async (tenant: TenantId, location: StorageLocation) =>
  storageReply(location, countsOf(location, await statistics.read(tenant)));

export const handler = httpFunction(
  [
    tenantRoute(api.issueExternalId, async ({ tenant, recordChange }) => {
      const external_id = await manage.issueExternalId(tenant);
      recordChange({ target: external_id });
      return { external_id, principal: env.STORAGE_PRINCIPAL };
    }),
    tenantRoute(api.addStorage, async ({ tenant, body, repeatKey, recordChange }) => {
      const { location, checked } = await manage.add(tenant, { ...body, repeatKey });
      const { storage_id } = location;
      recordChange({ target: storage_id, after: storageReply(location, countsOf(location, {})) });
      return { storage_id, accessible: true as const, checked };
    }),
    tenantRoute(api.listStorages, async ({ tenant }) => repliesOf(tenant, await storages.list(tenant))),
    tenantRoute(api.getStorage, async ({ tenant, params }) =>
      replyOf(tenant, await manage.find(tenant, storageId(params.storage_id))),
    ),
    tenantRoute(api.testStorage, async ({ tenant, params }) => {
      const storage_id = storageId(params.storage_id);
      return { storage_id, accessible: true as const, checked: await manage.test(tenant, storage_id) };
    }),
    tenantRoute(api.changeStorage, async ({ tenant, params, body, recordChange }) => {
      const { before, after } = await manage.change(tenant, storageId(params.storage_id), body);
      const reply = await replyOf(tenant, after);
      recordChange({ before: { ...reply, ...storageReply(before, {}) }, after: reply });
      return reply;
    }),
    tenantRoute(api.turnOnEvents, async ({ tenant, params, recordChange }) => {
      const storage_id = storageId(params.storage_id);
      const { bus_arn, template } = await manageOwnEvents.turnOn(tenant, storage_id);
      recordChange({ after: { bus_arn } });
      return { storage_id, events: { bus_arn }, template };
    }),
    tenantRoute(api.turnOffEvents, async ({ tenant, params }) =>
      replyOf(tenant, await manageOwnEvents.turnOff(tenant, storageId(params.storage_id))),
    ),
    tenantRoute(api.removeStorage, async ({ tenant, params, query, recordChange }) => {
      const { job_id, status } = await remove(tenant, storageId(params.storage_id), query.images);
      recordChange({ after: { job_id, images: query.images } });
      return { job_id, status };
    }),
  ],
  idempotentGuards(env),
);
