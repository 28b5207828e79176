import type { Credentials } from '#shared/connectors/credentials.ts';
import type { StorageTarget } from '#shared/connectors/storage-target.ts';

/** Returns true if a location can be opened with credentials of this form; one with a role takes none. */
export function fitsType({ type, config }: StorageTarget, credentials: Credentials): boolean {
  const hasKeys = 'access_key_id' in credentials;
  switch (type) {
    case 's3':
      return hasKeys && config.role_arn === undefined;
    case 'minio':
      return hasKeys && credentials.session_token === undefined;
    case 'azure_blob':
      return 'sas_token' in credentials || 'client_secret' in credentials;
    case 'gcs':
      return 'service_account' in credentials || 'hmac' in credentials;
  }
}
