import * as z from 'zod';
import { JobIdField, TenantIdField } from './fields.ts';
import { acceptedReply } from './jobs.ts';
import { operation } from './operation.ts';

const Params = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
    .meta({ description: 'The model’s name in its manifest.' }),
});
const Tenants = z
  .array(TenantIdField)
  .min(1)
  .max(1_000)
  .refine((tenants) => new Set(tenants).size === tenants.length, 'names a tenant twice')
  .meta({ description: 'Absent: all tenants.' });

/** Common to all calls that start a job. Repeated while the job runs, they return the same job. */
const job = {
  tag: 'Operator',
  method: 'POST',
  policy: 'SystemAdmin',
  audited: true,
  idempotent: true,
  params: Params,
  reply: acceptedReply,
  problems: ['not_found', 'conflict'],
} as const;

export const listModels = operation({
  id: 'listModels',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/models',
  summary: 'List the installed models; the first is the default of new tenants',
  policy: 'SystemAdmin',
  reply: {
    status: 200,
    description: 'The models, each with the last job about it.',
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
  summary: 'Embed all images of tenants with this model, and then let their searches use it',
  body: z.strictObject({
    tenants: Tenants.optional(),
    cut_over: z.boolean().default(true).meta({
      description:
        'Make it the model of searches that name none; otherwise it serves only searches that name it.',
    }),
  }),
});

export const rollBackModel = operation({
  ...job,
  id: 'rollBackModel',
  path: '/v1/admin/models/{name}/migrations/rollback',
  summary: 'Return tenants to their previous model; cancels the migration to this one',
  body: z.strictObject({ tenants: Tenants.optional() }),
});

export const rebuildIndex = operation({
  ...job,
  id: 'rebuildIndex',
  path: '/v1/admin/models/{name}/rebuilds',
  summary: 'Rebuild the index of a model from the image store while the old one serves',
});

export const checkIndex = operation({
  ...job,
  id: 'checkIndex',
  path: '/v1/admin/models/{name}/checks',
  summary: 'Count missing, extra and stale documents in the index of a model, and repair them',
  body: z.strictObject({
    tenants: Tenants.optional(),
    mend: z.boolean().default(false).meta({ description: 'Repair the differences.' }),
  }),
});

export const moveTenants = operation({
  ...job,
  id: 'moveTenants',
  path: '/v1/admin/models/{name}/moves',
  summary: 'Move large tenants to index partitions of their own, or back to the shared one',
  body: z.strictObject({ tenants: Tenants, into: z.enum(['own', 'shared']) }),
});
