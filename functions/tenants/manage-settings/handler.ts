import * as api from '#shared/api/settings.ts';
import { settingsReply } from '#shared/api/settings-reply.ts';
import { dynamoJobs } from '#shared/catalog/dynamodb-jobs.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { startModelJob, tenantsSubject } from '#shared/flows/models/start-model-job.ts';
import { changeSettings } from '#shared/flows/tenants/change-settings.ts';
import { findTenant } from '#shared/flows/tenants/change-tenant.ts';
import { frontDoor } from '#shared/front-door/front-door.ts';
import { sqsJobs } from '#shared/messaging/sqs-jobs.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, tenantRoute } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const installed = env.DEEPLENS_MODELS;
const tenants = dynamoTenants({ table: env.TENANTS_TABLE });
const start = startModelJob({
  ...{ tenants, installed },
  jobs: dynamoJobs({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.MODEL_JOBS_QUEUE_URL }),
});
const change = changeSettings({
  ...{ tenants, installed },
  addModel: (tenant, request) => start(request, tenantsSubject(request.model, tenant)),
});
const find = findTenant({ tenants });

export const handler = httpFunction(
  [
    tenantRoute(api.getSettings, async ({ tenant }) => settingsReply(await find(tenant), installed)),
    tenantRoute(api.changeSettings, async ({ tenant, body, note }) => {
      const { before, after } = await change(tenant, body);
      note({ before: settingsReply(before, installed), after: settingsReply(after, installed) });
      return settingsReply(after, installed);
    }),
  ],
  frontDoor(env),
);
