import * as api from '#shared/contracts/http/settings.ts';
import { tenantGuards } from '#shared/guards/guards.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { startModelJob } from '#shared/models/start-model-job.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { changeSettings } from '#shared/tenants/change-settings.ts';
import { findTenant } from '#shared/tenants/change-tenant.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { settingsReply } from '#shared/tenants/settings-reply.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const installed = env.DEEPLENS_MODELS;
const tenants = dynamoTenantStore({ table: env.TENANTS_TABLE });
const imageStore = dynamoImageStore({ table: env.IMAGES_TABLE });
const start = startModelJob({
  ...{ tenants, installed },
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.MODEL_JOBS_QUEUE_URL }),
});
const change = changeSettings({
  ...{ tenants, installed },
  addModel: (tenant, request) => start(request, tenant),
  imagesOf: async (tenant) => {
    const { stored, reserved } = await imageStore.quotaUse(tenant);
    return stored.images + reserved.images;
  },
});
const find = findTenant({ tenants });

export const handler = httpFunction(
  [
    tenantRoute(api.getSettings, async ({ tenant }) => settingsReply(await find(tenant), installed)),
    tenantRoute(api.changeSettings, async ({ tenant, body, recordChange }) => {
      const { before, after } = await change(tenant, body);
      recordChange({ before: settingsReply(before, installed), after: settingsReply(after, installed) });
      return settingsReply(after, installed);
    }),
  ],
  tenantGuards(env),
);
