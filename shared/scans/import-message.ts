import * as z from 'zod';
import { ImageIdField, JobIdField, StorageIdField, TenantIdField } from '#shared/kernel/id-fields.ts';

/** Says which object is to be imported as which image. */
export const ImportMessage = z.object({
  tenant_id: TenantIdField,
  storage_id: StorageIdField,
  /** UTF-8, at most 1 024 bytes. */
  key: z.string().max(1_024),
  image_id: ImageIdField,
  job_id: JobIdField,
});
export type ImportMessage = z.output<typeof ImportMessage>;
