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
import { confirmScan } from '#shared/scans/confirm-scan.ts';
import { dynamoJobErrors } from '#shared/scans/dynamodb-job-errors.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const jobs = dynamoJobStore({ table: env.ACTIVITY_TABLE });
const modelJobs = sqsJobs({ queueUrl: env.MODEL_JOBS_QUEUE_URL });
const scans = sqsJobs({ queueUrl: env.SCANS_QUEUE_URL });
const errors = dynamoJobErrors({ table: env.ACTIVITY_TABLE });
const confirm = confirmScan({ jobs, queue: scans });
const find = findJob({ jobs });
const cancel = cancelJob({
  jobs,
  queues: {
    scan: scans,
    model_migration: modelJobs,
    model_rollback: modelJobs,
    index_rebuild: modelJobs,
    index_check: modelJobs,
    index_move: modelJobs,
    redrive: sqsJobs({ queueUrl: env.REDRIVES_QUEUE_URL }),
    event_replay: sqsJobs({ queueUrl: env.EVENT_REPLAYS_QUEUE_URL }),
    webhook_replay: sqsJobs({ queueUrl: env.WEBHOOK_REPLAYS_QUEUE_URL }),
  },
});

const page = ({ items, nextCursor }: Page<Job>) => ({
  jobs: items.map(jobReply),
  ...(nextCursor !== undefined && { next_cursor: nextCursor }),
});
/** Returns what a job is about, as the audit log names it. */
const subjectOf = (job: Job): string => {
  if (job.kind === 'scan') return job.storage_id;
  if (job.kind === 'webhook_replay') return job.webhook_id;
  return isModelJob(job) ? job.model : job.job_id;
};
const cancelled = (job: Job, recordChange: (change: Change) => void) => {
  const { job_id, status } = job;
  recordChange({ target: subjectOf(job), after: { job_id, status } });
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
    tenantRoute(api.confirmOwnJob, async ({ tenant, params, recordChange }) => {
      const { job_id, status } = await confirm(await find(jobId(params.job_id), tenant));
      recordChange({ target: job_id, after: { status } });
      return { job_id, status };
    }),
    tenantRoute(api.listJobErrors, async ({ tenant, params, query }) => {
      const { job_id } = await find(jobId(params.job_id), tenant);
      const { items, nextCursor } = await errors.list(tenant, job_id, query);
      return { errors: items, ...(nextCursor !== undefined && { next_cursor: nextCursor }) };
    }),
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
