import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { CannotLinks, Separation } from './decision.ts';
import type { DuplicateGroup } from './group.ts';
import type { CountedGroups } from './group-counts.ts';

/** Duplicate groups. An image is in at most one group: a group and its members are written in one transaction. */
export interface GroupStore {
  get(tenant: TenantId, group: GroupId): Promise<DuplicateGroup | undefined>;
  /** Returns the group ids of those images that are in a group. */
  groupsOf(tenant: TenantId, images: readonly ImageId[]): Promise<Map<ImageId, GroupId>>;
  /** Returns the members of the groups that these images are in, themselves included. */
  membersBeside(tenant: TenantId, images: readonly ImageId[]): Promise<ImageId[]>;
  /** Lists the groups that satisfy `wanted`, or all; newest first. @throws Problem `invalid_cursor` */
  list(
    tenant: TenantId,
    query: { cursor?: string | undefined; limit: number; wanted?: (group: DuplicateGroup) => boolean },
  ): Promise<Page<DuplicateGroup>>;
  /** Counts groups without reading them. */
  count(tenant: TenantId, counted?: CountedGroups): Promise<number>;
  /**
   * Writes the group and its members in one transaction and increments its version. `group.version` is the version that
   * was read, 0 for a new group. Removed members become free. A group of fewer than two members is deleted.
   * @returns false if the group has changed since, or a new member is in another group: read again
   */
  save(group: DuplicateGroup): Promise<boolean>;
  /** Records that the group's version was published, if it is still the current one. */
  markPublished(group: DuplicateGroup): Promise<void>;
  /** Writes a separation and its cannot-links. Idempotent. */
  separate(separation: Separation): Promise<void>;
  /** Lists the separations of a group, existing or not; oldest first. */
  separations(tenant: TenantId, group: GroupId): Promise<Separation[]>;
  /** Returns the cannot-links of these images. */
  cannotLinks(tenant: TenantId, images: readonly ImageId[]): Promise<CannotLinks>;
  /** Removes the cannot-links of a separation, not the separation itself. Idempotent. */
  removeCannotLinks(separation: Separation): Promise<void>;
  /** Removes a separation's record. Idempotent. */
  removeSeparation(separation: Separation): Promise<void>;
}
