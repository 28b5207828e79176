import * as z from 'zod';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import {
  JOB_KINDS,
  JOB_STATUSES,
  REPLAYED_EVENT_TYPES,
  RETRIED_STAGES,
  SCAN_WAITS,
} from '#shared/kernel/vocabulary.ts';
import {
  Count,
  Cursor,
  JobIdField,
  limitOf,
  StorageIdField,
  TenantIdField,
  Time,
  WebhookIdField,
} from './fields.ts';
import { operation } from './operation.ts';

const counts = z.record(z.string(), Count);
const Receipt = z.object({
  tenant_id: TenantIdField,
  deleted: counts,
  left: counts.meta({ description: 'Counts after the removal; all zero.' }),
  completed_at: Time,
});

export const JobReply = z
  .object({
    job_id: JobIdField,
    kind: z.enum(JOB_KINDS),
    tenant_id: TenantIdField.optional().meta({
      description: 'The tenant that is removed, or whose images are retried.',
    }),
    stage: z.enum(RETRIED_STAGES).optional().meta({ description: 'The stage whose failures are retried.' }),
    code: z.enum(PROBLEM_CODES).optional().meta({ description: 'The only failures that are retried.' }),
    since: Time.optional().meta({ description: 'The earliest failures that are retried.' }),
    dry_run: z
      .boolean()
      .optional()
      .meta({ description: 'Nothing is changed: failures, or objects of a storage, are counted.' }),
    model: z.string().optional().meta({ description: 'The model that the job is about.' }),
    tenants: z.array(TenantIdField).optional().meta({ description: 'Absent: all tenants.' }),
    at_tenant: TenantIdField.optional().meta({ description: 'The tenant in work.' }),
    status: z.enum(JOB_STATUSES),
    storage_id: StorageIdField.optional().meta({
      description: 'The storage location that the job is about.',
    }),
    source: z.literal('events').optional().meta({
      description: 'A scan of what events of your bucket say has changed; it lists nothing.',
    }),
    event_type: z.enum(REPLAYED_EVENT_TYPES).optional().meta({
      description: 'The type of the archived events that are published again.',
    }),
    from: Time.optional().meta({ description: 'The earliest of them.' }),
    to: Time.optional().meta({ description: 'All of them are earlier.' }),
    webhook_id: WebhookIdField.optional().meta({
      description: 'The webhook whose deliveries are repeated.',
    }),
    waiting: z.enum(SCAN_WAITS).optional().meta({
      description:
        'Why a scan pauses: 1 000 of your images are in the pipeline, or your uploads a minute or your quota are used up.',
    }),
    skipped: counts.optional().meta({ description: 'Objects that a scan did not read, by reason.' }),
    progress: z.record(z.string(), z.number().nonnegative()).meta({
      description:
        'Counts of the work done. Of a scan: `listed`, `new`, `changed`, `same`, `queued`, `indexed`, `skipped`, `failed`, `absent`, `missing`, `restored`; `total` (an estimate by the last scan while `total_estimated` is 1), `percent`, `rate_per_s`, `eta_s`; the cost in `list_calls`, `get_calls` and `bytes`.',
    }),
    errors_count: Count.meta({ description: 'Distinct errors.' }),
    errors: z
      .array(z.object({ path: z.string().optional(), code: z.string(), detail: z.string() }))
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
  schema: z.object({ job_id: JobIdField, status: z.enum(JOB_STATUSES) }).meta({ id: 'AcceptedJob' }),
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

export const confirmOwnJob = operation({
  id: 'confirmOwnJob',
  tag: 'Tenant',
  method: 'POST',
  path: '/v1/jobs/{job_id}/confirm',
  summary: 'Confirm that the images which a scan found missing are gone',
  policy: 'ManageStorage',
  audited: true,
  params,
  reply: acceptedReply,
  problems: ['not_found', 'conflict'],
});

export const listJobErrors = operation({
  id: 'listJobErrors',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/jobs/{job_id}/errors',
  summary: 'List all errors of a scan, kept for 30 days',
  policy: 'ViewMetrics',
  params,
  query: z.strictObject({ cursor: Cursor, limit: limitOf(1_000, 100) }),
  reply: {
    status: 200,
    description: 'A page of errors.',
    schema: z.object({
      errors: z.array(z.object({ path: z.string(), code: z.enum(PROBLEM_CODES), detail: z.string() })),
      next_cursor: z.string().optional(),
    }),
  },
  problems: ['not_found', 'invalid_cursor'],
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
