import * as z from 'zod';
import { PERIOD_PATTERN } from '#shared/kernel/period.ts';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { Count, limitOf, TenantIdField, Time } from './fields.ts';
import { operation } from './operation.ts';
import { LimitsReply, TenantParams } from './tenants.ts';

const Period = z.string().regex(PERIOD_PATTERN).meta({ description: 'A month in UTC, such as `2026-11`.' });
const PeriodQuery = z.strictObject({
  period: Period.optional().meta({ description: 'By default the current month.' }),
});
const Used = z.object({ requests: Count, searches: Count, uploads: Count });

const Holding = {
  images_stored: Count.meta({ description: 'Images stored at the end of the period, or now.' }),
  storage_bytes: Count.meta({ description: 'Size of their original files in bytes.' }),
};

const UsageReply = Used.extend({
  period: Period,
  starts_at: Time,
  ends_at: Time,
  ...Holding,
  limits: LimitsReply,
  daily: z
    .array(Used.extend({ date: z.iso.date() }))
    .meta({ description: 'Usage by day, for days with calls, in order.' }),
}).meta({ id: 'Usage' });

export const getUsage = operation({
  id: 'getUsage',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/usage',
  summary: 'Get your usage of a month, by day',
  policy: 'ViewMetrics',
  query: PeriodQuery,
  reply: { status: 200, description: 'The usage; calls appear within about a minute.', schema: UsageReply },
  problems: [],
});

export const getTenantUsage = operation({
  id: 'getTenantUsage',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/tenants/{tenant_id}/usage',
  summary: 'Get the usage of a tenant in a month, by day',
  policy: 'SystemAdmin',
  params: TenantParams,
  query: PeriodQuery,
  reply: { status: 200, description: 'The usage, as the tenant sees it.', schema: UsageReply },
  problems: ['not_found'],
});

/** Counters that tenants can be sorted by. */
export const USAGE_ORDERS = ['requests', 'searches', 'uploads', 'images_stored', 'storage_bytes'] as const;

export const listUsage = operation({
  id: 'listUsage',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/usage',
  summary: 'List tenants by usage in a month, highest first',
  policy: 'SystemAdmin',
  query: PeriodQuery.extend({
    sort: z.enum(USAGE_ORDERS).default('requests'),
    limit: limitOf(1000, 100),
  }),
  reply: {
    status: 200,
    description: 'The tenants with the highest usage, and the totals over all tenants.',
    schema: z.object({
      period: Period,
      totals: Used.extend({ tenants: Count, ...Holding }),
      tenants: z.array(
        Used.extend({
          tenant_id: TenantIdField,
          name: z.string(),
          plan: z.enum(PLAN_NAMES),
          ...Holding,
        }),
      ),
    }),
  },
  problems: [],
});
