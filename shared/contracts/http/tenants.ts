import * as z from 'zod';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { JOB_STATUSES, TENANT_STATES } from '#shared/kernel/vocabulary.ts';
import { boundedMap, Count, Cursor, JobIdField, KeyIdField, limitOf, TenantIdField, Time } from './fields.ts';
import { SecretOnce, withoutSecret } from './keys.ts';
import { operation } from './operation.ts';
import { SettingsFields } from './settings.ts';

export const TenantParams = z.object({ tenant_id: TenantIdField });
const Name = z.string().min(1).max(200);
const Plan = z.enum(PLAN_NAMES);

const limit = z.number().int().min(0).max(1_000_000);

/** The overrides of a tenant's plan. */
const LimitFields = z.strictObject({
  requests: limit.optional().meta({ description: 'Calls per minute.' }),
  searches: limit.optional().meta({ description: 'Searches per minute.' }),
  searches_per_person: limit.optional().meta({
    description:
      'Searches per minute of each person, by default 100. Calls of a key alone are not of a person.',
  }),
  uploads: limit.optional().meta({ description: 'Images per minute.' }),
  stored_images: Count.optional(),
  storage_bytes: Count.optional(),
  vectors: Count.optional().meta({ description: 'Images times the models that embed them.' }),
  endpoints: boundedMap(z.string().regex(/^(GET|POST|PUT|PATCH|DELETE) \/v1\/[\w{}/.-]{1,200}$/), limit, 20)
    .optional()
    .meta({ description: 'Calls per minute by endpoint, at most 20: `{"POST /v1/search/similarity": 10}`.' }),
});

/** The limits in force: the plan's and the overrides. */
export const LimitsReply = z.object({
  requests: Count,
  searches: Count,
  searches_per_person: Count,
  uploads: Count,
  stored_images: Count,
  storage_bytes: Count,
  vectors: Count.meta({
    description: 'Images times the models that embed them: more models leave room for fewer images.',
  }),
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
  summary: 'Create a tenant with its first API key',
  policy: 'SystemAdmin',
  audited: true,
  idempotent: true,
  withoutSecret: (reply) => withoutSecret(`/v1/admin/tenants/${reply.tenant_id}/`)(reply),
  body: z.strictObject({
    tenant_id: TenantIdField,
    name: Name,
    plan: Plan,
    settings: SettingsFields.optional(),
  }),
  reply: {
    status: 201,
    description: 'The tenant, with its first key.',
    schema: z
      .object({ tenant_id: TenantIdField, status: z.literal('created'), key_id: KeyIdField, ...SecretOnce })
      .meta({ id: 'NewTenant' }),
  },
  problems: ['conflict', 'dependency_unavailable'],
});

export const listTenants = operation({
  id: 'listTenants',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/tenants',
  summary: 'List tenants, by id',
  policy: 'SystemAdmin',
  query: z.strictObject({ cursor: Cursor, limit: limitOf(100, 50) }),
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
  summary: 'Get a tenant',
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
  summary: 'Change the name, plan or state of a tenant',
  policy: 'SystemAdmin',
  audited: true,
  params: TenantParams,
  body: z
    .strictObject({
      name: Name.optional(),
      plan: Plan.optional(),
      state: z.enum(['active', 'suspended']).optional(),
    })
    .refine((change) => Object.keys(change).length > 0, 'give name, plan or state'),
  reply: {
    status: 200,
    description:
      'The changed tenant. A plan applies from the next call on; calls counted so far stay counted.',
    schema: TenantReply,
  },
  problems: ['not_found', 'conflict'],
});

export const deleteTenant = operation({
  id: 'deleteTenant',
  tag: 'Operator',
  method: 'DELETE',
  path: '/v1/admin/tenants/{tenant_id}',
  summary: 'Delete a tenant and all of its data, in the background',
  policy: 'SystemAdmin',
  audited: true,
  params: TenantParams,
  reply: {
    status: 202,
    description:
      'The tenant’s keys are refused from now on; the job deletes its data and ends with a receipt.',
    schema: z.object({ job_id: JobIdField, status: z.enum(JOB_STATUSES) }),
  },
  problems: ['not_found', 'conflict'],
});

export const getLimits = operation({
  id: 'getLimits',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/tenants/{tenant_id}/limits',
  summary: 'Get the limits of a tenant',
  policy: 'SystemAdmin',
  params: TenantParams,
  reply: {
    status: 200,
    description: 'The limits in force, and the overrides set for this tenant.',
    schema: z.object({ plan: Plan, limits: LimitsReply, overrides: LimitFields }),
  },
  problems: ['not_found'],
});

export const putLimits = operation({
  id: 'putLimits',
  tag: 'Operator',
  method: 'PUT',
  path: '/v1/admin/tenants/{tenant_id}/limits',
  summary: 'Replace the limit overrides of a tenant',
  policy: 'SystemAdmin',
  audited: true,
  params: TenantParams,
  body: LimitFields,
  reply: {
    status: 200,
    description: 'The limits in force from the next call on; omitted limits are the plan’s.',
    schema: z.object({ plan: Plan, limits: LimitsReply, overrides: LimitFields }),
  },
  problems: ['not_found'],
});
