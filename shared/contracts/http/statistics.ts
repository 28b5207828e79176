import * as z from 'zod';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { Count, Format, limitOf, Share, Status, TenantIdField } from './fields.ts';
import { operation } from './operation.ts';

export const getOverview = operation({
  id: 'getOverview',
  tag: 'Tenant',
  method: 'GET',
  path: '/v1/stats/overview',
  summary: 'Get counts, storage, duplicates and pipeline status',
  policy: 'ViewMetrics',
  reply: {
    status: 200,
    description: 'Counts may lag by seconds; `storage_bytes` is exact.',
    schema: z.object({
      images: z.object({
        total: Count,
        by_status: z.partialRecord(Status, Count),
        by_format: z
          .partialRecord(Format, Count)
          .meta({ description: 'Counts of validated images by format.' }),
        by_storage: z.record(z.string(), Count),
      }),
      storage_bytes: Count.meta({ description: 'Size of the original files in bytes.' }),
      duplicates: z.object({
        groups: Count,
        reclaimable_bytes: Count.meta({
          description: 'Size in bytes of all files but the largest of each group.',
        }),
      }),
      pipeline: z.object({
        queue_depth: Count.meta({
          description: 'Number of your images that have been uploaded and are not searchable yet.',
        }),
        oldest_age_s: z
          .number()
          .nonnegative()
          .meta({ description: 'Seconds since the oldest of them was requested.' }),
        images_per_s: z.number().nonnegative().meta({
          description: 'Images that became searchable per second, over the last one to two minutes.',
        }),
        stages: z
          .array(
            z.object({
              name: z.enum(['validate', 'embed', 'index', 'detect']),
              depth: Count.meta({ description: 'Number of your images that wait for the stage.' }),
              oldest_age_s: z.number().nonnegative().meta({
                description:
                  'Seconds since the oldest of them was requested; at `detect`, since it became searchable. 0 if none waits.',
              }),
              rate_per_s: z.number().nonnegative().meta({
                description: 'Images that passed the stage per second, over the last one to two minutes.',
              }),
            }),
          )
          .meta({
            description:
              'In the order of the pipeline. `detect` compares searchable images with the others; images from before it was counted do not count as waiting.',
          }),
      }),
      health: z.enum(['ok', 'degraded']).meta({
        description: '`degraded`: your images wait too long, or no worker embeds them.',
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
  summary: 'List tenants by resource use and cost, most expensive first',
  policy: 'SystemAdmin',
  query: z.strictObject({ limit: limitOf(1000, 100) }),
  reply: {
    status: 200,
    description: 'The most expensive tenants, and the totals over all tenants.',
    schema: z.object({
      totals: z.object({
        tenants: Count,
        images: Count,
        bytes: Count,
        vectors: Count,
        queued: Count,
        index_memory_bytes: Count.meta({
          description: 'Estimated memory of the vector index in bytes (docs/operate/cost.md).',
        }),
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
          cost_estimate_usd: z.number().nonnegative().meta({
            description: 'Estimated US dollars: one month of current storage, and this month’s calls.',
          }),
        }),
      ),
    }),
  },
  problems: [],
});
