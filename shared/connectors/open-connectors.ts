import type { AddressGuard } from '#shared/web/address-guard.ts';
import type { ConnectorLocation, Connectors } from './connectors.ts';
import type { Credentials } from './credentials.ts';
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
        case 'azure_blob': {
          const { openAzure } = await import('./azure-connector.ts');
          return openAzure({ location, credentials }, net);
        }
        case 'gcs': {
          if (isHmac(await credentials())) {
            const { openS3Compatible } = await import('./s3-open.ts');
            return openS3Compatible(
              { location: asS3(location), credentials: async () => keysOf(await credentials()) },
              net,
            );
          }
          const { openGcs } = await import('./gcs-connector.ts');
          return openGcs({ location, credentials }, net);
        }
      }
    },
  };
}

const isHmac = (found: Credentials | undefined): boolean => found !== undefined && 'hmac' in found;
const keysOf = (found: Credentials | undefined): Credentials | undefined =>
  found && 'hmac' in found ? found.hmac : undefined;

/** Google takes HMAC keys through an interface like S3's alone. */
const asS3 = ({ config, ...location }: Extract<ConnectorLocation, { type: 'gcs' }>) => {
  const { bucket, endpoint = 'https://storage.googleapis.com' } = config;
  return { ...location, type: 'minio' as const, config: { bucket, endpoint, region: 'auto' } };
};
