import type { ImageId, TenantId } from '#shared/kernel/ids.ts';

/** A document's id in an index: bound to the tenant, since two tenants may share an index but never a document. */
export const documentId = (tenant: TenantId, imageId: ImageId): string => `${tenant}#${imageId}`;
