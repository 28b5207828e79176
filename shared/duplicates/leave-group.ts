import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { quietly, withMembers, without } from './group-members.ts';
import type { GroupStore } from './group-store.ts';

const MAX_ATTEMPTS = 20;

/**
 * Takes a picture out of its group, if it is in one. A group that would have one member left is removed.
 * @throws Problem `dependency_unavailable` where others were always faster
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
      const saved = await groups.save(withMembers(quietly(group), without(group.members, image), at));
      return saved ? undefined : CONFLICT;
    });
  };
