import { z } from 'zod';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { Count, Format, Share, Status, TenantIdField } from './fields.ts';
import { operation } from './operation.ts';

export const getOverview = operation({
  id: 'getOverview',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/stats/overview',
  summary: 'Your pictures at a glance',
  policy: 'ViewMetrics',
  reply: {
    status: 200,
    description: 'Counts are a moment behind the pictures; `storage_bytes` is exact.',
    schema: z.object({
      images: z.object({
        total: Count,
        by_status: z.partialRecord(Status, Count),
        by_format: z.partialRecord(Format, Count).meta({ description: 'Of pictures that were validated.' }),
        by_storage: z.record(z.string(), Count),
      }),
      storage_bytes: Count.meta({ description: 'The bytes of the pictures’ own files.' }),
      duplicates: z.object({
        groups: Count,
        reclaimable_bytes: Count.meta({ description: 'What all but the largest file of each group take.' }),
      }),
      pipeline: z.object({
        queue_depth: Count.meta({ description: 'Your pictures that have arrived and cannot be found yet.' }),
        oldest_age_s: z
          .number()
          .nonnegative()
          .meta({ description: 'Seconds since the first of them was announced.' }),
        images_per_s: z
          .number()
          .nonnegative()
          .meta({ description: 'That became findable, over the last minute or two.' }),
      }),
      health: z.enum(['ok', 'degraded']).meta({
        description: '`degraded`: your pictures wait longer than they should, or nothing embeds them.',
      }),
    }),
  },
  problems: [],
});

export const getCapacity = operation({
  id: 'getCapacity',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/capacity',
  summary: 'What each tenant takes of the service, and what that costs, the dearest first',
  policy: 'SystemAdmin',
  query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  reply: {
    status: 200,
    description: 'The tenants that take most, and the sums over all of them.',
    schema: z.object({
      totals: z.object({
        tenants: Count,
        images: Count,
        bytes: Count,
        vectors: Count,
        queued: Count,
        index_memory_bytes: Count.meta({ description: 'Estimated: docs/cost.md.' }),
        cost_estimate_usd: z.number().nonnegative(),
      }),
      tenants: z.array(
        z.object({
          tenant_id: TenantIdField,
          plan: z.enum(PLAN_NAMES),
          images: Count,
          bytes: Count,
          vectors: Count,
          queued: Count,
          index_share: Share,
          queue_share: Share,
          cost_estimate_usd: z
            .number()
            .nonnegative()
            .meta({ description: 'A month of what it holds now, and its calls of this month.' }),
        }),
      ),
    }),
  },
  problems: [],
});
