import type { ImageId, TenantId } from '#shared/kernel/ids.ts';

/** Returns a document's id in an index. It contains the tenant: tenants may share an index, never a document. */
export const documentId = (tenant: TenantId, imageId: ImageId): string => `${tenant}#${imageId}`;
