import type { AddressGuard } from '#shared/web/address-guard.ts';
import type { Connectors } from './connectors.ts';
import { guarded } from './guarded.ts';

/** Opens connectors of all types. @param guard which addresses endpoints that tenants state may have */
export function openConnectors(guard: AddressGuard): Connectors {
  const net = guarded(guard);
  return {
    async open(tenant, location, credentials, session) {
      switch (location.type) {
        case 's3': {
          const { openS3 } = await import('./s3-open.ts');
          return openS3({ tenant, location, credentials, session });
        }
        case 'minio': {
          const { openS3Compatible } = await import('./s3-open.ts');
          return openS3Compatible({ location, credentials }, net);
        }
        case 'azure_blob':
        case 'gcs':
          throw new Error('not yet');
      }
    },
  };
}
