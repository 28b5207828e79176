import { z } from 'zod';
import {
  IMAGE_ID_PATTERN,
  type ImageId,
  imageId,
  TENANT_ID_PATTERN,
  type TenantId,
  tenantId,
} from '#shared/kernel/ids.ts';

/** A picture that a message is about. */
export interface MentionedImage {
  tenant: TenantId;
  image: ImageId;
  /** Absent where the message is S3's: the picture's record knows it. */
  correlationId?: string;
}

const Tenant = z.string().regex(TENANT_ID_PATTERN).transform(tenantId);
const Image = z.string().regex(IMAGE_ID_PATTERN).transform(imageId);

const OurEvent = z
  .object({ tenantid: Tenant, subject: Image, correlationid: z.string().min(1) })
  .transform(({ tenantid, subject, correlationid }): MentionedImage[] => [
    { tenant: tenantid, image: subject, correlationId: correlationid },
  ]);

/** `uploads/{tenant}/{image}`; these characters are the same in S3's encoding of keys. */
const Upload = z
  .string()
  .transform((key) => key.split('/'))
  .pipe(z.tuple([z.literal('uploads'), Tenant, Image]))
  .transform(([, tenant, image]): MentionedImage => ({ tenant, image }));
const S3Notification = z
  .object({ Records: z.array(z.object({ s3: z.object({ object: z.object({ key: Upload }) }) })).min(1) })
  .transform(({ Records }) => Records.map(({ s3 }) => s3.object.key));

const Message = z.union([OurEvent, S3Notification]);

/** The pictures that a message is about: an event of ours, or S3's notification. Empty where it is neither. */
export const imagesIn = (message: unknown): MentionedImage[] => Message.safeParse(message).data ?? [];
