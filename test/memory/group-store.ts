import { cannotLinksOf, type Separation } from '#shared/duplicates/decision.ts';
import type { DuplicateGroup } from '#shared/duplicates/group.ts';
import { countsOf, totalOf } from '#shared/duplicates/group-counts.ts';
import type { GroupStore } from '#shared/duplicates/group-store.ts';
import { GROUP_ID_PATTERN, type GroupId, type ImageId, type TenantId } from '#shared/kernel/ids.ts';
import { pageOf } from './page.ts';

/** Duplicate groups in memory, for tests. */
export function memoryGroupStore(): GroupStore {
  const groups = new Map<string, DuplicateGroup>();
  const memberOf = new Map<string, GroupId>();
  const separations = new Map<string, Separation>();
  const cannotLink = new Map<string, Set<ImageId>>();
  const at = (tenant: TenantId, id: string) => `${tenant}/${id}`;

  return {
    async get(tenant, group) {
      return structuredClone(groups.get(at(tenant, group)));
    },
    async groupsOf(tenant, images) {
      const found = new Map<ImageId, GroupId>();
      for (const image of images) {
        const group = memberOf.get(at(tenant, image));
        if (group) found.set(image, group);
      }
      return found;
    },
    async membersBeside(tenant, images) {
      const ids = new Set(images.flatMap((image) => memberOf.get(at(tenant, image)) ?? []));
      return [...ids].flatMap(
        (id) => groups.get(at(tenant, id))?.members.map(({ image_id }) => image_id) ?? [],
      );
    },
    async list(tenant, { cursor, limit, wanted = () => true }) {
      const found = [...groups.values()].filter((group) => group.tenant_id === tenant && wanted(group));
      return pageOf(found, (group) => group.group_id, [tenant, 'groups'], GROUP_ID_PATTERN, cursor, limit);
    },
    async count(tenant, counted = {}) {
      return [...groups.values()]
        .filter((group) => group.tenant_id === tenant)
        .reduce((total, group) => total + totalOf(countsOf(group), counted), 0);
    },
    async save(group) {
      const tenant = group.tenant_id;
      const before = groups.get(at(tenant, group.group_id));
      const taken = group.members.some(
        (member) => (memberOf.get(at(tenant, member.image_id)) ?? group.group_id) !== group.group_id,
      );
      const stays = group.members.length >= 2;
      if ((before?.version ?? 0) !== group.version || (stays && taken)) return false;
      for (const member of before?.members ?? []) memberOf.delete(at(tenant, member.image_id));
      groups.delete(at(tenant, group.group_id));
      if (!stays) return true;
      for (const member of group.members) memberOf.set(at(tenant, member.image_id), group.group_id);
      groups.set(at(tenant, group.group_id), structuredClone({ ...group, version: group.version + 1 }));
      return true;
    },
    async markPublished({ tenant_id, group_id, version }) {
      const group = groups.get(at(tenant_id, group_id));
      if (group?.version === version) group.told_version = version;
    },
    async separate(separation) {
      separations.set(keyOf(separation), structuredClone(separation));
      for (const [image, others] of cannotLinksOf(separation)) {
        const key = at(separation.tenant_id, image);
        cannotLink.set(key, new Set([...(cannotLink.get(key) ?? []), ...others]));
      }
    },
    async separations(tenant, group) {
      return structuredClone(
        [...separations.values()]
          .filter((each) => each.tenant_id === tenant && each.group_id === group)
          .sort((one, other) => (one.decided_at < other.decided_at ? -1 : 1)),
      );
    },
    async cannotLinks(tenant, images) {
      return new Map(images.map((image) => [image, new Set(cannotLink.get(at(tenant, image)))]));
    },
    async removeCannotLinks(separation) {
      for (const [image, others] of cannotLinksOf(separation)) {
        for (const other of others) cannotLink.get(at(separation.tenant_id, image))?.delete(other);
      }
    },
    async removeSeparation(separation) {
      separations.delete(keyOf(separation));
    },
  };
}

const keyOf = ({ tenant_id, group_id, decided_at }: Separation): string =>
  `${tenant_id}/${group_id}/${decided_at}`;
