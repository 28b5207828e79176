import type * as z from 'zod';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { ImageFields, ValidatedFields } from '#shared/contracts/events/image-fields.ts';
import type { ImageRecord } from './image-record.ts';

/**
 * Returns the fields that every event about an image has.
 * @param bucket the bucket of its bytes
 */
export const imageFields = (record: ImageRecord, bucket: string): z.infer<typeof ImageFields> =>
  ImageFields.parse({
    ...record,
    file_name: record.file_path.split('/').at(-1),
    object: { bucket, key: objectKeys.upload(record.tenant_id, record.image_id) },
  });

/**
 * Returns the fields that events have from validation on.
 * @throws ZodError if the record has not been validated
 */
export const validatedFields = (record: ImageRecord, bucket: string): z.infer<typeof ValidatedFields> =>
  ValidatedFields.parse({
    ...record,
    ...imageFields(record, bucket),
    model_picture: { bucket, key: objectKeys.modelImage(record.tenant_id, record.image_id) },
  });
