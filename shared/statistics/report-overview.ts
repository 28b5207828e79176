import { embeddingHealth } from '#shared/health/check-readiness.ts';
import type { Heartbeats } from '#shared/health/heartbeats.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { FRESHNESS_SECONDS } from '#shared/kernel/service-levels.ts';
import { PIPELINE_STAGES } from './pipeline-stages.ts';
import { countersBy, IN_FLIGHT, inFlight } from './statistics.ts';
import type { StatisticsStore } from './statistics-store.ts';

interface Ports {
  statistics: Pick<StatisticsStore, 'read' | 'rates'>;
  images: Pick<ImageStore, 'stored' | 'oldest' | 'undetectedSince'>;
  heartbeats: Heartbeats;
  now?: () => Date;
}

/** Returns counts, storage, pipeline state and health of a tenant's images. Field names as on the wire. */
export const overviewOf =
  ({ statistics, images, heartbeats, now = () => new Date() }: Ports) =>
  async (tenant: TenantId) => {
    const [counters, stored, rates, oldest, undetectedSince, embedding] = await Promise.all([
      statistics.read(tenant),
      images.stored(tenant),
      statistics.rates(tenant),
      Promise.all(IN_FLIGHT.map((status) => images.oldest(tenant, status))),
      images.undetectedSince(tenant),
      embeddingHealth(heartbeats, now)(),
    ]);
    const ageOf = (time: string | undefined): number =>
      time === undefined ? 0 : Math.max(0, (now().getTime() - Date.parse(time)) / 1000);
    const ages = oldest.map((record) => ageOf(record?.created_at));
    const oldest_age_s = Math.max(...ages);
    const isDelayed =
      oldest_age_s > FRESHNESS_SECONDS || (oldest.some((record) => record) && embedding.status !== 'ok');
    const stages = PIPELINE_STAGES.map(({ name, waits, passed }, at) => ({
      name,
      depth: Math.max(0, counters[waits] ?? 0),
      oldest_age_s: ages[at] ?? ageOf(undetectedSince),
      rate_per_s: rates[passed] ?? 0,
    }));
    return {
      images: {
        total: counters.images ?? 0,
        by_status: countersBy(counters, 'status'),
        by_format: countersBy(counters, 'format'),
        by_storage: countersBy(counters, 'storage'),
      },
      storage_bytes: stored.bytes,
      duplicates: { groups: counters.groups ?? 0, reclaimable_bytes: counters.reclaimable_bytes ?? 0 },
      pipeline: {
        queue_depth: inFlight(counters),
        oldest_age_s,
        images_per_s: rates.indexed ?? 0,
        stages,
      },
      health: isDelayed ? ('degraded' as const) : ('ok' as const),
    };
  };
