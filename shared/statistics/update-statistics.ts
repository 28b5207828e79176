import type { GroupStore } from '#shared/duplicates/group-store.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { GROUP_ID_PATTERN, groupId, imageId, type TenantId } from '#shared/kernel/ids.ts';
import { type Counters, countersOfGroup, countersOfImage } from './statistics.ts';
import type { CountedId, ReadContributions, StatisticsStore } from './statistics-store.ts';

interface Ports {
  images: Pick<ImageStore, 'getMany'>;
  groups: Pick<GroupStore, 'get'>;
  statistics: Pick<StatisticsStore, 'update'>;
}

/** Updates the statistics of changed images and groups from their current state. Idempotent, in any order. */
export const updateStatistics =
  (ports: Ports) =>
  async (changed: readonly { tenant: TenantId; id: CountedId }[]): Promise<void> => {
    const tenants = Map.groupBy(changed, ({ tenant }) => tenant);
    await Promise.all(
      [...tenants].map(([tenant, own]) =>
        ports.statistics.update(
          tenant,
          own.map(({ id }) => id),
          contributions(ports, tenant),
        ),
      ),
    );
  };

const contributions =
  ({ images, groups }: Ports, tenant: TenantId): ReadContributions =>
  async (ids) => {
    const byId = new Map<CountedId, Counters>();
    const imageIds = ids.filter((id) => !GROUP_ID_PATTERN.test(id)).map(imageId);
    for (const record of await images.getMany(tenant, imageIds)) {
      const counters = countersOfImage(record);
      if (counters) byId.set(record.image_id, counters);
    }
    for (const id of ids.filter((id) => GROUP_ID_PATTERN.test(id)).map(groupId)) {
      const group = await groups.get(tenant, id);
      const members = await images.getMany(tenant, group?.members.map(({ image_id }) => image_id) ?? []);
      const sizes = members.filter(({ status }) => status === 'indexed').map(({ file_size }) => file_size);
      const counters = countersOfGroup(sizes);
      if (counters) byId.set(id, counters);
    }
    return byId;
  };
