import * as z from 'zod';
import { StorageIdField, TenantIdField } from '#shared/kernel/id-fields.ts';

/**
 * An event of a tenant's bucket, as our rule of its location hands it on. Tenant and location are constants of the rule; of
 * the tenant's event, only the key is read.
 */
export const ObjectEvent = z.object({
  tenant_id: TenantIdField,
  storage_id: StorageIdField,
  event: z.object({ detail: z.object({ object: z.object({ key: z.string().min(1).max(1_024) }) }) }),
});
export type ObjectEvent = z.output<typeof ObjectEvent>;
