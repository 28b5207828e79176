import * as api from '#shared/contracts/http/scans.ts';
import { idempotentGuards } from '#shared/guards/guards.ts';
import { cancelJob } from '#shared/jobs/cancel-job.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { findJob } from '#shared/jobs/find-job.ts';
import type { Scan } from '#shared/jobs/job.ts';
import { jobReply } from '#shared/jobs/job-reply.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { jobId, storageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { startScan } from '#shared/scans/start-scan.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const jobs = dynamoJobStore({ table: env.ACTIVITY_TABLE });
const queue = sqsJobs({ queueUrl: env.SCANS_QUEUE_URL });
const start = startScan({ jobs, queue, storages: dynamoStorageStore({ table: env.TENANTS_TABLE }) });
const cancel = cancelJob({ jobs, queues: { scan: queue } });

async function find(tenant: TenantId, id: string): Promise<Scan> {
  const job = await findJob({ jobs })(jobId(id), tenant);
  if (job.kind !== 'scan') throw new Problem('not_found', `There is no scan ${id}.`);
  return job;
}

export const handler = httpFunction(
  [
    tenantRoute(api.startScan, async ({ tenant, body: { storage_id, ...request }, recordChange }) => {
      const { job_id, status } = await start(tenant, { ...request, storage_id: storageId(storage_id) });
      recordChange({ target: storage_id, after: { job_id, status } });
      return { job_id, status };
    }),
    tenantRoute(api.getScan, async ({ tenant, params }) => jobReply(await find(tenant, params.job_id))),
    tenantRoute(api.cancelScan, async ({ tenant, params, recordChange }) => {
      const { job_id, status, storage_id } = await cancel(await find(tenant, params.job_id));
      recordChange({ target: storage_id, after: { job_id, status } });
      return { job_id, status };
    }),
  ],
  idempotentGuards(env),
);
