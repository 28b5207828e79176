import { z } from 'zod';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import { JOB_KINDS, JOB_STATUSES, RETRIED_STAGES } from '#shared/kernel/vocabulary.ts';
import { Count, Cursor, JobIdField, limitOf, StorageIdField, TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';

const counts = z.record(z.string(), Count);
const Receipt = z.object({
  tenant_id: TenantIdField,
  deleted: counts,
  left: counts.meta({ description: 'Counts after the removal; all zero.' }),
  completed_at: Time,
});

const JobReply = z
  .object({
    job_id: JobIdField,
    kind: z.enum(JOB_KINDS),
    tenant_id: TenantIdField.optional().meta({
      description: 'The tenant that is removed, or whose images are retried.',
    }),
    stage: z.enum(RETRIED_STAGES).optional().meta({ description: 'The stage whose failures are retried.' }),
    code: z.enum(PROBLEM_CODES).optional().meta({ description: 'The only failures that are retried.' }),
    since: Time.optional().meta({ description: 'The earliest failures that are retried.' }),
    dry_run: z.boolean().optional().meta({ description: 'Nothing is retried: failures are counted.' }),
    storage_id: StorageIdField.optional().meta({
      description: 'The storage location that the job is about.',
    }),
    model: z.string().optional().meta({ description: 'The model that the job is about.' }),
    tenants: z.array(TenantIdField).optional().meta({ description: 'Absent: all tenants.' }),
    at_tenant: TenantIdField.optional().meta({ description: 'The tenant in work.' }),
    status: z.enum(JOB_STATUSES),
    progress: counts,
    errors_count: Count.meta({ description: 'Distinct errors.' }),
    errors: z
      .array(z.object({ code: z.string(), detail: z.string() }))
      .meta({ description: 'The first 99 distinct errors and the latest, including those that passed.' }),
    started_at: Time,
    updated_at: Time,
    finished_at: Time.optional(),
    receipt: Receipt.optional(),
    result: Receipt.optional().meta({ description: 'Of a completed purge, its receipt.' }),
  })
  .meta({ id: 'Job' });

const params = z.object({ job_id: JobIdField });
const query = z.strictObject({
  kind: z.enum(JOB_KINDS).optional(),
  status: z.enum(JOB_STATUSES).optional(),
  cursor: Cursor,
  limit: limitOf(100, 20),
});
const listReply = {
  status: 200,
  description: 'A page of jobs.',
  schema: z.object({ jobs: z.array(JobReply), next_cursor: z.string().optional() }),
} as const;
const jobReply = { status: 200, description: 'The job.', schema: JobReply } as const;

/** The reply of every call that starts or cancels a job. */
export const acceptedReply = {
  status: 202,
  description: 'The job; read its progress with `GET` on its id.',
  schema: z.object({ job_id: JobIdField, status: z.enum(JOB_STATUSES) }),
} as const;

export const listOwnJobs = operation({
  id: 'listOwnJobs',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/jobs',
  summary: 'List the jobs that your tenant started, newest first',
  policy: 'ViewMetrics',
  query,
  reply: listReply,
  problems: ['invalid_cursor'],
});

export const getOwnJob = operation({
  id: 'getOwnJob',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/jobs/{job_id}',
  summary: 'Get the status and progress of a job',
  policy: 'ViewMetrics',
  params,
  reply: jobReply,
  problems: ['not_found'],
});

export const cancelOwnJob = operation({
  id: 'cancelOwnJob',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/jobs/{job_id}/cancel',
  summary: 'Cancel a job; its unfinished work is undone',
  policy: 'AdminOnly',
  audited: true,
  params,
  reply: acceptedReply,
  problems: ['not_found', 'job_finished', 'conflict'],
});

export const listJobs = operation({
  id: 'listJobs',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/jobs',
  summary: 'List the jobs of the operator and of all tenants, newest first',
  policy: 'SystemAdmin',
  query,
  reply: listReply,
  problems: ['invalid_cursor'],
});

export const getJob = operation({
  id: 'getJob',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/jobs/{job_id}',
  summary: 'Get the status and progress of any job; with its receipt if it is a completed purge',
  policy: 'SystemAdmin',
  params,
  reply: jobReply,
  problems: ['not_found'],
});

export const cancelJob = operation({
  id: 'cancelJob',
  tag: 'Operator',
  method: 'POST',
  path: '/v1/admin/jobs/{job_id}/cancel',
  summary: 'Cancel a job about a model; its unfinished work is undone',
  policy: 'SystemAdmin',
  audited: true,
  params,
  reply: acceptedReply,
  problems: ['not_found', 'conflict'],
});
