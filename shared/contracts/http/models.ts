import { z } from 'zod';
import { JOB_STATUSES } from '#shared/kernel/vocabulary.ts';
import { JobIdField, TenantIdField } from './fields.ts';
import { operation } from './operation.ts';

const Params = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
    .meta({ description: 'A model, as its manifest names it.' }),
});
const Tenants = z
  .array(TenantIdField)
  .min(1)
  .max(1_000)
  .refine((tenants) => new Set(tenants).size === tenants.length, 'names a tenant twice')
  .meta({ description: 'Whose; without it, every tenant’s.' });

/** What every call that starts a job has in common. Called again while the job runs, it gives the same job. */
const job = {
  tag: 'Operator',
  method: 'POST',
  policy: 'SystemAdmin',
  audited: true,
  params: Params,
  reply: {
    status: 202,
    description: 'The job that does it: `GET /v1/admin/jobs/{job_id}` says how far it is.',
    schema: z.object({ job_id: JobIdField, status: z.enum(JOB_STATUSES) }),
  },
  problems: ['not_found', 'conflict'],
} as const;

export const listModels = operation({
  id: 'listModels',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/models',
  summary: 'The models that the service has, the one that new tenants get first',
  policy: 'SystemAdmin',
  reply: {
    status: 200,
    description: 'The models; with the last job about each.',
    schema: z.object({
      models: z.array(
        z.object({ name: z.string(), default: z.boolean(), last_job_id: JobIdField.optional() }),
      ),
    }),
  },
  problems: [],
});

export const migrateToModel = operation({
  ...job,
  id: 'migrateToModel',
  path: '/v1/admin/models/{name}/migrations',
  summary: 'Embed what tenants have with this model, and let their searches use it once it has everything',
  body: z.object({
    tenants: Tenants.optional(),
    cut_over: z.boolean().default(true).meta({
      description:
        'Without it the model can be named in a search, and is not the one that is used where none is.',
    }),
  }),
});

export const rollBackModel = operation({
  ...job,
  id: 'rollBackModel',
  path: '/v1/admin/models/{name}/migrations/rollback',
  summary: 'Take tenants back to the model that they had before this one; ends its migration',
  body: z.object({ tenants: Tenants.optional() }),
});

export const rebuildIndex = operation({
  ...job,
  id: 'rebuildIndex',
  path: '/v1/admin/models/{name}/rebuilds',
  summary: 'Build the index of a model anew from the table, while the old one serves',
});

export const checkIndex = operation({
  ...job,
  id: 'checkIndex',
  path: '/v1/admin/models/{name}/checks',
  summary: 'Count what the index of a model has missing, extra or stale, and mend it',
  body: z.object({ tenants: Tenants.optional(), mend: z.boolean().default(false) }),
});

export const moveTenants = operation({
  ...job,
  id: 'moveTenants',
  path: '/v1/admin/models/{name}/moves',
  summary: 'Give large tenants an index of their own, or take them back among the others',
  body: z.object({ tenants: Tenants, into: z.enum(['own', 'shared']) }),
});

export const cancelJob = operation({
  id: 'cancelJob',
  tag: 'Operator',
  method: 'POST',
  path: '/v1/admin/jobs/{job_id}/cancel',
  summary: 'End a job about a model; what it has begun is taken back',
  policy: 'SystemAdmin',
  audited: true,
  params: z.object({ job_id: JobIdField }),
  reply: job.reply,
  problems: ['not_found', 'conflict'],
});
