import * as z from 'zod';
import { type ImageId, imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { each } from './queue.ts';
import { logger } from './telemetry.ts';

/** S3's notification of created objects; S3 also sends one test event when the notification is configured. */
export const S3Notification = z.union([
  z.object({
    Records: z.array(
      z.object({
        s3: z.object({
          bucket: z.object({ name: z.string() }),
          object: z.object({
            key: z.string(),
            size: z.number().default(0),
            sequencer: z.string().optional(),
          }),
        }),
      }),
    ),
  }),
  z.object({ Event: z.literal('s3:TestEvent') }).transform(() => ({ Records: [] })),
]);
export type S3Notification = z.infer<typeof S3Notification>;

/** Decodes a key: S3 encodes it as in a query string. */
const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

type HandleUpload = (
  tenant: TenantId,
  image: ImageId,
  object: { key: string; size: number },
  attempts: number,
) => Promise<'handled' | 'discarded'>;

/** Returns true if another queue will deliver the notification: `handOver` of shared/images. */
type HandOver = (tenant: TenantId, notification: unknown, queue: string) => Promise<boolean>;

/**
 * Handles each upload of a batch of notifications, `incoming/{tenant}/{image}`, unless it is handed over to another queue. A
 * notification fails if one of its uploads does.
 */
export const eachUpload = (handle: HandleUpload, handOver: HandOver) =>
  each<S3Notification>(async ({ body, attempts, queue }) => {
    for (const { s3 } of body.Records) {
      const key = decodeKey(s3.object.key);
      const [, tenant = '', image = ''] = key.split('/');
      if (await handOver(tenantId(tenant), { Records: [{ s3 }] }, queue)) continue;
      const outcome = await handle(tenantId(tenant), imageId(image), { key, size: s3.object.size }, attempts);
      if (outcome === 'discarded')
        logger.warn('upload discarded: the image has its file', { tenant_id: tenant, image_id: image });
    }
  });
