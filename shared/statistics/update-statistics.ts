import type { GroupStore } from '#shared/duplicates/group-store.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { GROUP_ID_PATTERN, groupId, imageId, type TenantId } from '#shared/kernel/ids.ts';
import { type Counters, countersOfGroup, countersOfImage } from './statistics.ts';
import type { Look, StatisticsStore, Thing } from './statistics-store.ts';

interface Ports {
  images: Pick<ImageStore, 'getMany'>;
  groups: Pick<GroupStore, 'get'>;
  statistics: Pick<StatisticsStore, 'update'>;
}

/** Counts again what has changed, as it is now. How often, and in which order, it is told does not matter. */
export const updateStatistics =
  (ports: Ports) =>
  async (changed: readonly { tenant: TenantId; thing: Thing }[]): Promise<void> => {
    const tenants = Map.groupBy(changed, ({ tenant }) => tenant);
    await Promise.all(
      [...tenants].map(([tenant, own]) =>
        ports.statistics.update(
          tenant,
          own.map(({ thing }) => thing),
          lookAt(ports, tenant),
        ),
      ),
    );
  };

const lookAt =
  ({ images, groups }: Ports, tenant: TenantId): Look =>
  async (things) => {
    const found = new Map<Thing, Counters>();
    const pictures = things.filter((thing) => !GROUP_ID_PATTERN.test(thing)).map(imageId);
    for (const record of await images.getMany(tenant, pictures)) {
      const counters = countersOfImage(record);
      if (counters) found.set(record.image_id, counters);
    }
    for (const id of things.filter((thing) => GROUP_ID_PATTERN.test(thing)).map(groupId)) {
      const group = await groups.get(tenant, id);
      const members = await images.getMany(tenant, group?.members.map(({ image_id }) => image_id) ?? []);
      const sizes = members.filter(({ status }) => status === 'indexed').map(({ file_size }) => file_size);
      const counters = countersOfGroup(sizes);
      if (counters) found.set(id, counters);
    }
    return found;
  };
