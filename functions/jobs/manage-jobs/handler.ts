import * as api from '#shared/contracts/http/jobs.ts';
import { tenantGuards } from '#shared/guards/guards.ts';
import { cancelJob } from '#shared/jobs/cancel-job.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { findJob } from '#shared/jobs/find-job.ts';
import { isModelJob, type Job } from '#shared/jobs/job.ts';
import { jobReply } from '#shared/jobs/job-reply.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { jobId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { Change } from '#shared/runtime/audit.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const jobs = dynamoJobStore({ table: env.ACTIVITY_TABLE });
const modelJobs = sqsJobs({ queueUrl: env.MODEL_JOBS_QUEUE_URL });
const find = findJob({ jobs });
const cancel = cancelJob({
  jobs,
  queues: {
    model_migration: modelJobs,
    model_rollback: modelJobs,
    index_rebuild: modelJobs,
    index_check: modelJobs,
    index_move: modelJobs,
    redrive: sqsJobs({ queueUrl: env.REDRIVES_QUEUE_URL }),
  },
});

const page = ({ items, nextCursor }: Page<Job>) => ({
  jobs: items.map(jobReply),
  ...(nextCursor !== undefined && { next_cursor: nextCursor }),
});
const cancelled = (job: Awaited<ReturnType<typeof cancel>>, recordChange: (change: Change) => void) => {
  const { job_id, status } = job;
  recordChange({ target: isModelJob(job) ? job.model : job_id, after: { job_id, status } });
  return { job_id, status };
};

export const handler = httpFunction(
  [
    tenantRoute(api.listOwnJobs, async ({ tenant, query: { cursor, limit, ...filter } }) =>
      page(await jobs.list({ owner: tenant, ...filter }, { cursor, limit })),
    ),
    tenantRoute(api.getOwnJob, async ({ tenant, params }) =>
      jobReply(await find(jobId(params.job_id), tenant)),
    ),
    tenantRoute(api.cancelOwnJob, async ({ tenant, params, recordChange }) =>
      cancelled(await cancel(await find(jobId(params.job_id), tenant)), recordChange),
    ),
    operatorRoute(api.listJobs, async ({ query: { cursor, limit, ...filter } }) =>
      page(await jobs.list(filter, { cursor, limit })),
    ),
    operatorRoute(api.getJob, async ({ params }) => jobReply(await find(jobId(params.job_id)))),
    operatorRoute(api.cancelJob, async ({ params, recordChange }) =>
      cancelled(await cancel(await find(jobId(params.job_id)), 'conflict'), recordChange),
    ),
  ],
  tenantGuards(env),
);
