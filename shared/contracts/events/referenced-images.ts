import * as z from 'zod';
import {
  IMAGE_ID_PATTERN,
  type ImageId,
  imageId,
  TENANT_ID_PATTERN,
  type TenantId,
  tenantId,
} from '#shared/kernel/ids.ts';

/** An image that a message refers to. */
export interface ImageReference {
  tenant: TenantId;
  image: ImageId;
  /** Absent in an S3 notification: the image record has it. */
  correlationId?: string;
}

const Tenant = z.string().regex(TENANT_ID_PATTERN).transform(tenantId);
const Image = z.string().regex(IMAGE_ID_PATTERN).transform(imageId);

const Event = z
  .object({ tenantid: Tenant, subject: Image, correlationid: z.string().min(1) })
  .transform(({ tenantid, subject, correlationid }): ImageReference[] => [
    { tenant: tenantid, image: subject, correlationId: correlationid },
  ]);

/** `incoming/{tenant}/{image}`, before 0.2 `uploads/…`: S3's URL encoding of keys leaves these characters unchanged. */
const Upload = z
  .string()
  .transform((key) => key.split('/'))
  .pipe(z.tuple([z.enum(['incoming', 'uploads']), Tenant, Image]))
  .transform(([, tenant, image]): ImageReference => ({ tenant, image }));
const S3Notification = z
  .object({ Records: z.array(z.object({ s3: z.object({ object: z.object({ key: Upload }) }) })).min(1) })
  .transform(({ Records }) => Records.map(({ s3 }) => s3.object.key));

const Message = z.union([Event, S3Notification]);

/** Returns the images that a DeepLens event or an S3 notification refers to; none for any other message. */
export const referencedImages = (message: unknown): ImageReference[] => Message.safeParse(message).data ?? [];
