import { z } from 'zod';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { JOB_STATUSES, TENANT_STATES } from '#shared/kernel/vocabulary.ts';
import { Count, Cursor, JobIdField, TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';
import { SettingsFields } from './settings.ts';

export const TenantParams = z.object({ tenant_id: TenantIdField });
const Name = z.string().min(1).max(200);
const Plan = z.enum(PLAN_NAMES);

const limit = z.number().int().min(0).max(1_000_000);

/** What is set for one tenant in place of its plan's. */
const LimitFields = z.object({
  requests: limit.optional().meta({ description: 'Calls a minute.' }),
  searches: limit.optional().meta({ description: 'Searches a minute.' }),
  uploads: limit.optional().meta({ description: 'Pictures a minute.' }),
  stored_images: Count.optional(),
  storage_bytes: Count.optional(),
  endpoints: z
    .record(z.string().regex(/^(GET|POST|PUT|PATCH|DELETE) \/v1\/[\w{}/.-]+$/), limit)
    .refine((endpoints) => Object.keys(endpoints).length <= 20, 'at most 20 endpoints')
    .optional()
    .meta({ description: 'Calls a minute of one endpoint: `{"POST /v1/search/similarity": 10}`.' }),
});

/** What holds for a tenant, its plan's numbers included. */
export const LimitsReply = z.object({
  requests: Count,
  searches: Count,
  uploads: Count,
  stored_images: Count,
  storage_bytes: Count,
  endpoints: z.record(z.string(), Count),
});

const TenantReply = z
  .object({
    tenant_id: TenantIdField,
    name: z.string(),
    plan: Plan,
    state: z.enum(TENANT_STATES),
    created_at: Time,
  })
  .meta({ id: 'Tenant' });

export const createTenant = operation({
  id: 'createTenant',
  tag: 'Operator',
  method: 'POST',
  path: '/v1/admin/tenants',
  summary: 'Create a tenant, its first API key and its place in the plan',
  policy: 'SystemAdmin',
  audited: true,
  body: z.object({
    tenant_id: TenantIdField,
    name: Name,
    plan: Plan,
    settings: SettingsFields.optional(),
  }),
  reply: {
    status: 201,
    description: 'The tenant exists, whole. The key is shown here and never again.',
    schema: z.object({ tenant_id: TenantIdField, status: z.literal('created'), api_key: z.string() }),
  },
  problems: ['conflict', 'dependency_unavailable'],
});

export const listTenants = operation({
  id: 'listTenants',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/tenants',
  summary: 'List the tenants, by id',
  policy: 'SystemAdmin',
  query: z.object({ cursor: Cursor, limit: z.coerce.number().int().min(1).max(100).default(50) }),
  reply: {
    status: 200,
    description: 'A page of tenants.',
    schema: z.object({ tenants: z.array(TenantReply), next_cursor: z.string().optional() }),
  },
  problems: ['invalid_cursor'],
});

export const getTenant = operation({
  id: 'getTenant',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/tenants/{tenant_id}',
  summary: 'Look a tenant up',
  policy: 'SystemAdmin',
  params: TenantParams,
  reply: { status: 200, description: 'The tenant.', schema: TenantReply },
  problems: ['not_found'],
});

export const changeTenant = operation({
  id: 'changeTenant',
  tag: 'Operator',
  method: 'PATCH',
  path: '/v1/admin/tenants/{tenant_id}',
  summary: 'Change a tenant’s name, plan or state',
  policy: 'SystemAdmin',
  audited: true,
  params: TenantParams,
  body: z
    .object({
      name: Name.optional(),
      plan: Plan.optional(),
      state: z.enum(['active', 'suspended']).optional(),
    })
    .refine((change) => Object.keys(change).length > 0, 'give name, plan or state'),
  reply: {
    status: 200,
    description:
      'The tenant as it is now. A plan holds from the next call on; what was counted stays counted.',
    schema: TenantReply,
  },
  problems: ['not_found', 'conflict'],
});

export const deleteTenant = operation({
  id: 'deleteTenant',
  tag: 'Operator',
  method: 'DELETE',
  path: '/v1/admin/tenants/{tenant_id}',
  summary: 'Remove a tenant and everything that is its own, in the background',
  policy: 'SystemAdmin',
  audited: true,
  params: TenantParams,
  reply: {
    status: 202,
    description: 'Its keys no longer work; the job removes the rest and ends with a receipt.',
    schema: z.object({ job_id: JobIdField, status: z.enum(JOB_STATUSES) }),
  },
  problems: ['not_found', 'conflict'],
});

export const getLimits = operation({
  id: 'getLimits',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/tenants/{tenant_id}/limits',
  summary: 'What a tenant may take',
  policy: 'SystemAdmin',
  params: TenantParams,
  reply: {
    status: 200,
    description: 'What holds, and what of it was set for this tenant.',
    schema: z.object({ plan: Plan, limits: LimitsReply, overrides: LimitFields }),
  },
  problems: ['not_found'],
});

export const putLimits = operation({
  id: 'putLimits',
  tag: 'Operator',
  method: 'PUT',
  path: '/v1/admin/tenants/{tenant_id}/limits',
  summary: 'Set limits for one tenant, in place of its plan’s; what is left out is the plan’s again',
  policy: 'SystemAdmin',
  audited: true,
  params: TenantParams,
  body: LimitFields,
  reply: {
    status: 200,
    description: 'What holds from the next call on.',
    schema: z.object({ plan: Plan, limits: LimitsReply, overrides: LimitFields }),
  },
  problems: ['not_found'],
});
