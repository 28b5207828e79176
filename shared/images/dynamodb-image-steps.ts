import { sha256Partition, statusPartition } from '#shared/aws/dynamodb-keys.ts';
import type { Item, Update, Updated } from '#shared/aws/dynamodb-table.ts';
import { setAndRemove } from '#shared/aws/dynamodb-update.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';
import { recordOf, undetectedMark } from './dynamodb-image-items.ts';
import { type ImageRecord, statusesBefore } from './image-record.ts';

/** Returns a conditional update: a late or reordered step changes nothing. */
export const statusUpdate = (
  tenant: TenantId,
  to: ImageStatus,
  set: Item,
  {
    remove = [],
    from = statusesBefore(to),
  }: { remove?: readonly string[]; from?: readonly ImageStatus[] } = {},
): Update =>
  setAndRemove({ ...set, status: to, gsi_status: statusPartition(tenant, to) }, remove, {
    attribute: 'status',
    oneOf: from,
  });

/** Returns the update of a step with its results; it clears an earlier failure. */
export function stepUpdate(
  tenant: TenantId,
  to: ImageStatus,
  at: string,
  change: Partial<ImageRecord>,
  remove: readonly string[] = [],
): Update {
  const { hash_sha256 } = change;
  const set = {
    ...change,
    [`${to}_at`]: at,
    updated_at: at,
    ...(hash_sha256 && { gsi_sha256: sha256Partition(tenant, hash_sha256) }),
    ...(to === 'indexed' && undetectedMark(tenant, at)),
  };
  return statusUpdate(tenant, to, set, { remove: ['failure', 'original_event', ...remove] });
}

/** Adds to a step's update the condition that the image was not refused for good, as `isRefusedForGood` has it. */
export const unlessRefused = (step: Update): Update => ({
  ...step,
  ConditionExpression: `${step.ConditionExpression} AND (attribute_not_exists(#failure) OR #failure.#stage <> :validation
    OR #failure.#retryable = :true OR #failure.#code = :quota OR attribute_exists(#stored_bytes))`,
  ExpressionAttributeNames: {
    ...step.ExpressionAttributeNames,
    '#failure': 'failure',
    '#stage': 'stage',
    '#retryable': 'retryable',
    '#code': 'code',
    '#stored_bytes': 'stored_bytes',
  },
  ExpressionAttributeValues: {
    ...step.ExpressionAttributeValues,
    ':validation': 'validation',
    ':true': true,
    ':quota': 'quota_exceeded',
  },
});

/** @returns undefined if there is no such image */
export const moved = ({ applied, item }: Updated): { moved: boolean; record: ImageRecord } | undefined =>
  item && { moved: applied, record: recordOf(item) };
