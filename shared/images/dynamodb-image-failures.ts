import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { imageKey } from '#shared/aws/dynamodb-keys.ts';
import type { Table } from '#shared/aws/dynamodb-table.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';
import { UNDETECTED_MARK, undetectedMark } from './dynamodb-image-items.ts';
import { moved, statusUpdate } from './dynamodb-image-steps.ts';
import { restartedFrom, statusesBefore } from './image-record.ts';
import type { ImageStore } from './image-store.ts';

const readOriginal = itemReader('images', z.object({ original_event: z.string().optional() }));

/** Failures of images, and what retries them. */
export const imageFailures = (
  table: Table,
): Pick<ImageStore, 'fail' | 'refuse' | 'noteFailure' | 'noteDetected' | 'originalEvent' | 'restart'> => {
  /** Records a failure in some states. */
  const failTo =
    (to: ImageStatus, from: readonly ImageStatus[], remove: readonly string[] = []): ImageStore['fail'] =>
    async (tenant, image, failure, at, originalEvent) => {
      const set = { failure, updated_at: at, original_event: JSON.stringify(originalEvent) };
      return moved(
        await table.update(imageKey(tenant, image), statusUpdate(tenant, to, set, { from, remove })),
      );
    };
  return {
    fail: failTo('failed', statusesBefore('failed')),
    refuse: failTo('failed', statusesBefore('validated')),
    noteFailure: failTo('indexed', ['indexed'], UNDETECTED_MARK),
    async noteDetected(tenant, image) {
      const update = statusUpdate(tenant, 'indexed', {}, { from: ['indexed'], remove: DETECTED });
      await table.update(imageKey(tenant, image), update);
    },
    async originalEvent(tenant, image) {
      const item = await table.get(imageKey(tenant, image));
      const { original_event } = item ? readOriginal(item) : {};
      return original_event === undefined ? undefined : JSON.parse(original_event);
    },
    async restart(tenant, image, to, at) {
      const set = { updated_at: at, ...(to === 'indexed' && undetectedMark(tenant, at)) };
      const step = statusUpdate(tenant, to, set, { from: restartedFrom(to) });
      const { applied } = await table.update(imageKey(tenant, image), {
        ...step,
        UpdateExpression: `${step.UpdateExpression} ADD #retries :one`,
        ExpressionAttributeNames: { ...step.ExpressionAttributeNames, '#retries': 'retries' },
        ExpressionAttributeValues: { ...step.ExpressionAttributeValues, ':one': 1 },
      });
      return applied;
    },
  };
};

const DETECTED = ['failure', 'original_event', ...UNDETECTED_MARK] as const;
