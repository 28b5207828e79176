import { deleteTenant } from '#shared/contracts/http/tenants.ts';
import { operatorGuards } from '#shared/guards/guards.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { startPurge } from '#shared/purges/start-tenant-purge.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute } from '#shared/runtime/routes.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const tenants = dynamoTenantStore({ table: env.TENANTS_TABLE });
const jobs = dynamoJobStore({ table: env.ACTIVITY_TABLE });
const purge = startPurge({ tenants, jobs, queue: sqsJobs({ queueUrl: env.PURGES_QUEUE_URL }) });

export const handler = httpFunction(
  [
    operatorRoute(deleteTenant, async ({ params, recordChange }) => {
      const { job, before, after } = await purge(tenantId(params.tenant_id));
      recordChange({
        before: { state: before.state },
        after: { state: after.state, purge_job_id: job.job_id },
      });
      return { job_id: job.job_id, status: job.status };
    }),
  ],
  operatorGuards(env),
);
