import type { DeepLens } from '@deeplens/sdk';

/** What `storages.add` takes. */
export type NewLocation = Parameters<DeepLens['storages']['add']>[0];

export const PROVIDERS = {
  s3: 'Amazon S3, by a role',
  minio: 'A server that speaks S3',
  azure_blob: 'Azure Blob Storage',
  gcs: 'Google Cloud Storage',
} as const;
export type Provider = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as Provider[]; // Object.keys loses the literal types

/** The fields of the form, as they are typed. */
export interface TypedLocation {
  name: string;
  prefix: string;
  everyHours: string;
  bucket: string;
  region: string;
  roleArn: string;
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  account: string;
  sasToken: string;
  keyFile: string;
}

export const EMPTY: TypedLocation = {
  ...{ name: '', prefix: '', everyHours: '24', bucket: '', region: '', roleArn: '' },
  ...{ endpoint: '', accessKeyId: '', secretAccessKey: '', account: '', sasToken: '', keyFile: '' },
};

/**
 * Returns the call that adds the location.
 * @param externalId of the trust policy, for a role
 * @throws SyntaxError if the key file is no JSON
 */
export function locationOf(
  provider: Provider,
  typed: TypedLocation,
  externalId: string | undefined,
): NewLocation {
  const { name, prefix, everyHours, bucket, region } = typed;
  const hours = Number(everyHours);
  const common = {
    name: name.trim(),
    prefix: prefix.trim(),
    ...(hours > 0 && { schedule: { every_hours: hours } }),
  };
  switch (provider) {
    case 's3':
      return {
        ...common,
        type: 's3',
        config: {
          bucket: bucket.trim(),
          region: region.trim(),
          role_arn: typed.roleArn.trim(),
          ...(externalId !== undefined && { external_id: externalId }),
        },
      };
    case 'minio':
      return {
        ...common,
        type: 'minio',
        config: {
          endpoint: typed.endpoint.trim(),
          bucket: bucket.trim(),
          ...(region.trim() && { region: region.trim() }),
        },
        credentials: {
          access_key_id: typed.accessKeyId.trim(),
          secret_access_key: typed.secretAccessKey.trim(),
        },
      };
    case 'azure_blob':
      return {
        ...common,
        type: 'azure_blob',
        config: { account: typed.account.trim(), container: bucket.trim() },
        credentials: { sas_token: typed.sasToken.trim().replace(/^\?/, '') },
      };
    case 'gcs':
      return {
        ...common,
        type: 'gcs',
        config: { bucket: bucket.trim() },
        credentials: { service_account: JSON.parse(typed.keyFile) }, // the API checks it
      };
  }
}
