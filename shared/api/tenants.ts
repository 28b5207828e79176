import { z } from 'zod';
import { PLAN_NAMES } from '#shared/domain/plans.ts';
import { TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';

export const createTenant = operation({
  id: 'createTenant',
  tag: 'Tenants',
  method: 'POST',
  path: '/v1/admin/tenants',
  summary: 'Create a tenant, its first API key and its place in the plan',
  policy: 'SystemAdmin',
  body: z.object({ tenant_id: TenantIdField, name: z.string().min(1).max(200), plan: z.enum(PLAN_NAMES) }),
  reply: {
    status: 201,
    description: 'The tenant exists, whole. The key is shown here and never again.',
    schema: z.object({ tenant_id: TenantIdField, status: z.literal('created'), api_key: z.string() }),
  },
  problems: ['conflict', 'dependency_unavailable'],
});

export const getTenant = operation({
  id: 'getTenant',
  tag: 'Tenants',
  method: 'GET',
  path: '/v1/admin/tenants/{tenant_id}',
  summary: 'Look a tenant up',
  policy: 'SystemAdmin',
  params: z.object({ tenant_id: TenantIdField }),
  reply: {
    status: 200,
    description: 'The tenant.',
    schema: z.object({
      tenant_id: TenantIdField,
      name: z.string(),
      plan: z.enum(PLAN_NAMES),
      state: z.enum(['creating', 'active', 'suspended']),
      created_at: Time,
    }),
  },
  problems: ['not_found'],
});
