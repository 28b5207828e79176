import { z } from 'zod';
import { type ImageId, imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { each } from './queue.ts';

/** What S3 tells a queue: objects that were created, or, once, that the notification was set up. */
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

/** S3 encodes keys in its notifications as in a query string. */
const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

type HandleUpload = (
  tenant: TenantId,
  image: ImageId,
  object: { key: string; size: number },
  attempts: number,
) => Promise<void>;

/** Handles each upload that a batch of notifications tells of: `uploads/{tenant}/{image}`. A notification fails where one of its uploads does. */
export const eachUpload = (handle: HandleUpload) =>
  each<S3Notification>(async ({ body, attempts }) => {
    for (const { s3 } of body.Records) {
      const key = decodeKey(s3.object.key);
      const [, tenant = '', image = ''] = key.split('/');
      await handle(tenantId(tenant), imageId(image), { key, size: s3.object.size }, attempts);
    }
  });
