import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { suppressEvent, withMembers, withoutMember } from './group-members.ts';
import type { GroupStore } from './group-store.ts';

const MAX_ATTEMPTS = 20;

/**
 * Removes an image from its group, if it is in one. A group left with one member is deleted.
 * @throws Problem `dependency_unavailable` if concurrent changes win every attempt
 */
export const leaveGroup =
  ({ groups }: { groups: GroupStore }) =>
  async (tenant: TenantId, image: ImageId, at = new Date().toISOString()): Promise<void> => {
    const exhausted = () =>
      new Problem('dependency_unavailable', `The duplicate group of ${image} keeps changing.`);
    await retryOnConflict({ attempts: MAX_ATTEMPTS, exhausted }, async () => {
      const id = (await groups.groupsOf(tenant, [image])).get(image);
      const group = id && (await groups.get(tenant, id));
      if (!group) return undefined;
      const saved = await groups.save(
        withMembers(suppressEvent(group), withoutMember(group.members, image), at),
      );
      return saved ? undefined : CONFLICT;
    });
  };
