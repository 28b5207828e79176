import { embeddingHealth } from '#shared/health/check-readiness.ts';
import type { Heartbeats } from '#shared/health/heartbeats.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { FRESHNESS_SECONDS } from '#shared/kernel/service-levels.ts';
import { countersBy, IN_FLIGHT, inFlight } from './statistics.ts';
import type { StatisticsStore } from './statistics-store.ts';

interface Ports {
  statistics: Pick<StatisticsStore, 'read' | 'indexingRate'>;
  images: Pick<ImageStore, 'stored' | 'oldest'>;
  heartbeats: Heartbeats;
  now?: () => Date;
}

/** Returns counts, storage, pipeline state and health of a tenant's images. Field names as on the wire. */
export const overviewOf =
  ({ statistics, images, heartbeats, now = () => new Date() }: Ports) =>
  async (tenant: TenantId) => {
    const [counters, stored, images_per_s, oldest, embedding] = await Promise.all([
      statistics.read(tenant),
      images.stored(tenant),
      statistics.indexingRate(tenant),
      Promise.all(IN_FLIGHT.map((status) => images.oldest(tenant, status))),
      embeddingHealth(heartbeats, now)(),
    ]);
    const ages = oldest.flatMap((record) =>
      record ? [(now().getTime() - Date.parse(record.created_at)) / 1000] : [],
    );
    const oldest_age_s = Math.max(0, ...ages);
    const queue_depth = inFlight(counters);
    const isDelayed = oldest_age_s > FRESHNESS_SECONDS || (ages.length > 0 && embedding.status !== 'ok');
    return {
      images: {
        total: counters.images ?? 0,
        by_status: countersBy(counters, 'status'),
        by_format: countersBy(counters, 'format'),
        by_storage: countersBy(counters, 'storage'),
      },
      storage_bytes: stored.bytes,
      duplicates: { groups: counters.groups ?? 0, reclaimable_bytes: counters.reclaimable_bytes ?? 0 },
      pipeline: { queue_depth, oldest_age_s, images_per_s },
      health: isDelayed ? ('degraded' as const) : ('ok' as const),
    };
  };
