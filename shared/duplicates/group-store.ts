import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { Apart, Separation } from './decision.ts';
import type { DuplicateGroup } from './group.ts';

/** Duplicate groups. A picture is in one group at most: each write holds the group and its members together. */
export interface GroupStore {
  get(tenant: TenantId, group: GroupId): Promise<DuplicateGroup | undefined>;
  /** Which group each of these pictures is in. */
  groupsOf(tenant: TenantId, images: readonly ImageId[]): Promise<Map<ImageId, GroupId>>;
  /** Those that `wanted` holds of, or all; newest first. @throws Problem `invalid_cursor` */
  list(
    tenant: TenantId,
    query: { cursor?: string | undefined; limit: number; wanted?: (group: DuplicateGroup) => boolean },
  ): Promise<Page<DuplicateGroup>>;
  count(tenant: TenantId): Promise<number>;
  /**
   * Writes the group and its members in one transaction. `group.version` is the version that was read (0 for a new
   * one); it is counted up. Members that left are freed. A group of fewer than two members is removed.
   * @returns false where the group has changed since, or a new member is in another group meanwhile: read again
   */
  save(group: DuplicateGroup): Promise<boolean>;
  /** Notes that the group's version was told of, where that is still its version. */
  markTold(group: DuplicateGroup): Promise<void>;
  /** Keeps pictures apart from now on. Written again, it changes nothing. */
  separate(separation: Separation): Promise<void>;
  /** The separations of a group, also of one that is gone by them; the oldest first. */
  separations(tenant: TenantId, group: GroupId): Promise<Separation[]>;
  /** From each of these pictures to those that it is kept apart from. */
  apart(tenant: TenantId, images: readonly ImageId[]): Promise<Apart>;
  /** Lets the pictures of a separation come together again; the separation itself stays. */
  unbar(separation: Separation): Promise<void>;
  /** Forgets a separation. */
  forget(separation: Separation): Promise<void>;
}
