import type { z } from 'zod';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { ImageFields, ValidatedFields } from '#shared/contracts/events/image-fields.ts';
import type { ImageRecord } from './image-record.ts';

/**
 * What every event about a picture says of it.
 * @param bucket where its bytes are in our own store
 */
export const imageFields = (record: ImageRecord, bucket: string): z.infer<typeof ImageFields> =>
  ImageFields.parse({
    ...record,
    file_name: record.file_path.split('/').at(-1),
    object: { bucket, key: objectKeys.upload(record.tenant_id, record.image_id) },
  });

/**
 * What the events say from validation on.
 * @throws ZodError where the record lacks what validation finds out
 */
export const validatedFields = (record: ImageRecord, bucket: string): z.infer<typeof ValidatedFields> =>
  ValidatedFields.parse({
    ...record,
    ...imageFields(record, bucket),
    model_picture: { bucket, key: objectKeys.modelImage(record.tenant_id, record.image_id) },
  });
