import { z } from 'zod';
import { PERIOD_PATTERN } from '#shared/kernel/period.ts';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { Count, TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';
import { LimitsReply, TenantParams } from './tenants.ts';

const Period = z.string().regex(PERIOD_PATTERN).meta({ description: 'A month, UTC: `2026-11`.' });
const PeriodQuery = z.object({ period: Period.optional().meta({ description: 'This month, if left out.' }) });
const Used = z.object({ requests: Count, searches: Count, uploads: Count });

const UsageReply = Used.extend({
  period: Period,
  starts_at: Time,
  ends_at: Time,
  images_stored: Count.meta({ description: 'Now, whatever the period.' }),
  storage_bytes: Count.meta({ description: 'Now: the bytes of the pictures’ own files.' }),
  limits: LimitsReply,
  daily: z.array(Used.extend({ date: z.iso.date() })).meta({ description: 'Days with calls, in order.' }),
}).meta({ id: 'Usage' });

export const getUsage = operation({
  id: 'getUsage',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/usage',
  summary: 'What you have used in a month, by day',
  policy: 'ViewMetrics',
  query: PeriodQuery,
  reply: { status: 200, description: 'Calls are counted within a minute or so.', schema: UsageReply },
  problems: [],
});

export const getTenantUsage = operation({
  id: 'getTenantUsage',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/tenants/{tenant_id}/usage',
  summary: 'What a tenant has used in a month, by day',
  policy: 'SystemAdmin',
  params: TenantParams,
  query: PeriodQuery,
  reply: { status: 200, description: 'As the tenant itself sees it.', schema: UsageReply },
  problems: ['not_found'],
});

/** What tenants are compared by. */
export const USAGE_ORDERS = ['requests', 'searches', 'uploads', 'images_stored', 'storage_bytes'] as const;

export const listUsage = operation({
  id: 'listUsage',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/usage',
  summary: 'What all tenants have used in a month, the heaviest first',
  policy: 'SystemAdmin',
  query: PeriodQuery.extend({
    sort: z.enum(USAGE_ORDERS).default('requests'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  reply: {
    status: 200,
    description: 'The heaviest tenants, and the sums over all of them.',
    schema: z.object({
      period: Period,
      totals: Used.extend({ tenants: Count, images_stored: Count, storage_bytes: Count }),
      tenants: z.array(
        Used.extend({
          tenant_id: TenantIdField,
          name: z.string(),
          plan: z.enum(PLAN_NAMES),
          images_stored: Count,
          storage_bytes: Count,
        }),
      ),
    }),
  },
  problems: [],
});
