import { z } from 'zod';
import { JOB_STATUSES, MODEL_JOB_KINDS } from '#shared/kernel/vocabulary.ts';
import { Count, JobIdField, TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';

const counts = z.record(z.string(), Count);

export const getJob = operation({
  id: 'getJob',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/jobs/{job_id}',
  summary: 'How far a job of the operator’s is',
  policy: 'SystemAdmin',
  params: z.object({ job_id: JobIdField }),
  reply: {
    status: 200,
    description: 'The job; with its receipt once it is completed.',
    schema: z.object({
      job_id: JobIdField,
      kind: z.enum(['tenant_purge', ...MODEL_JOB_KINDS]),
      tenant_id: TenantIdField.optional().meta({ description: 'Who is removed.' }),
      model: z.string().optional().meta({ description: 'The model that it is about.' }),
      tenants: z.array(TenantIdField).optional().meta({ description: 'Whose; absent: every tenant’s.' }),
      at_tenant: TenantIdField.optional().meta({ description: 'The tenant that it is at.' }),
      status: z.enum(JOB_STATUSES),
      progress: counts,
      errors: z.array(z.object({ code: z.string(), detail: z.string() })),
      started_at: Time,
      finished_at: Time.optional(),
      receipt: z
        .object({
          tenant_id: TenantIdField,
          deleted: counts,
          left: counts.meta({ description: 'What a scan after the removal found.' }),
          completed_at: Time,
        })
        .optional(),
    }),
  },
  problems: ['not_found'],
});
