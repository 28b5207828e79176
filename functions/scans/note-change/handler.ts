import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { dynamoCatalogue } from '#shared/scans/dynamodb-catalogue.ts';
import { noteChange } from '#shared/scans/note-change.ts';
import { ObjectEvent } from '#shared/scans/object-event.ts';
import { startChanges } from '#shared/scans/start-changes.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const note = noteChange({
  storages: dynamoStorageStore({ table: env.TENANTS_TABLE }),
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  catalogue: dynamoCatalogue({ table: env.CATALOGUE_TABLE }),
  start: startChanges({
    jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
    queue: sqsJobs({ queueUrl: env.SCANS_QUEUE_URL }),
  }),
});

export const handler = queueFunction({
  body: ObjectEvent,
  run: each(({ body }) => note(body)),
});
