import type { TenantId } from '#shared/domain/ids.ts';
import { type ImageRecord, type ImageStatus, statusesBefore } from '#shared/domain/image.ts';
import { recordOf, sha256Partition, statusPartition } from './dynamodb-image-items.ts';
import type { Item, Update } from './dynamodb-table.ts';
import { setAndRemove } from './dynamodb-update.ts';

/** One conditional write: whoever comes later, or out of order, changes nothing. */
export const statusUpdate = (
  tenant: TenantId,
  to: ImageStatus,
  set: Item,
  remove: readonly string[] = [],
): Update =>
  setAndRemove({ ...set, status: to, gsi_status: statusPartition(tenant, to) }, remove, {
    attribute: 'status',
    oneOf: statusesBefore(to),
  });

/** A step forward, with what became known; an earlier failure is over. */
export function stepUpdate(
  tenant: TenantId,
  to: ImageStatus,
  at: string,
  change: Partial<ImageRecord>,
): Update {
  const { hash_sha256 } = change;
  const set = {
    ...change,
    [`${to}_at`]: at,
    updated_at: at,
    ...(hash_sha256 && { gsi_sha256: sha256Partition(tenant, hash_sha256) }),
  };
  return statusUpdate(tenant, to, set, ['failure', 'original_event']);
}

export const moved = ({
  held,
  item,
}: {
  held: boolean;
  item: Item | undefined;
}): { moved: boolean; record: ImageRecord } | undefined => item && { moved: held, record: recordOf(item) };
