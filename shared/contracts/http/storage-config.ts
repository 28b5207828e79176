import * as z from 'zod';

/** The configuration and credentials of each type of storage, as callers give them. */

const EXTERNAL_ID_PATTERN = /^dlx_[\w-]{43}$/;
export const TrustExternalId = z.string().regex(EXTERNAL_ID_PATTERN).meta({
  description: 'An external id of `POST /v1/storage/external-id`, that no other location has.',
});
const Region = z
  .string()
  .regex(/^[a-z0-9-]{2,32}$/)
  .meta({ example: 'eu-central-1' });
const isOrigin = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '' && pathname === '/';
};
const Endpoint = z
  .string()
  .max(255)
  .refine(isOrigin, 'must be an https URL without user, path, query and fragment')
  .meta({
    description: 'The server’s https URL, without a path. It must be reachable at a public address.',
    example: 'https://s3.acme.example',
  });

/** Part of a credential: printable ASCII without spaces. */
const secret = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[!-~]+$/, 'must be printable ASCII without spaces');
const AccessKeys = z.strictObject({ access_key_id: secret(128), secret_access_key: secret(256) });

/** The fields of a service account's key file that are needed. Its URLs are Google's own: no other is called. */
const ServiceAccount = z.strictObject({
  type: z.literal('service_account'),
  project_id: secret(64),
  private_key_id: secret(128),
  private_key: z
    .string()
    .max(8192)
    .regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----\s[\w+/=\s]+-----END [A-Z ]*PRIVATE KEY-----\s*$/),
  client_email: z.email().max(320),
  client_id: secret(64).optional(),
  auth_uri: z.literal('https://accounts.google.com/o/oauth2/auth').optional(),
  token_uri: z.literal('https://oauth2.googleapis.com/token').optional(),
  auth_provider_x509_cert_url: z.literal('https://www.googleapis.com/oauth2/v1/certs').optional(),
  client_x509_cert_url: z
    .string()
    .max(512)
    .regex(/^https:\/\/www\.googleapis\.com\/[!-~]+$/)
    .optional(),
  universe_domain: z.literal('googleapis.com').optional(),
});

export const S3Config = z
  .strictObject({
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
      .meta({ example: 'acme-pictures' }),
    region: Region,
    role_arn: z
      .string()
      .regex(/^arn:aws(-cn|-us-gov)?:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/)
      .optional()
      .meta({ example: 'arn:aws:iam::123456789012:role/deeplens-reader' }),
    external_id: TrustExternalId.optional(),
  })
  .refine(({ role_arn, external_id }) => (role_arn === undefined) === (external_id === undefined), {
    path: ['external_id'],
    message: 'a role needs an external id of POST /v1/storage/external-id, and an external id a role',
  });
export const S3Credentials = AccessKeys.extend({ session_token: secret(4096).exactOptional() });

export const MinioConfig = z.strictObject({
  endpoint: Endpoint,
  bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/),
  region: Region.optional(),
  path_style: z.boolean().optional().meta({ description: 'True: the bucket is in the path. The default.' }),
});
export const MinioCredentials = AccessKeys;

export const AzureConfig = z.strictObject({
  account: z.string().regex(/^[a-z0-9]{3,24}$/),
  container: z.string().regex(/^(\$root|[a-z0-9](-?[a-z0-9]){2,62})$/),
  endpoint: Endpoint.optional(),
});
export const AzureCredentials = z.union(
  [
    z.strictObject({ sas_token: secret(4096) }),
    z.strictObject({
      tenant_id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$/),
      client_id: secret(128),
      client_secret: secret(256),
    }),
  ],
  { error: 'must be {sas_token}, or {tenant_id, client_id, client_secret}' },
);

export const GcsConfig = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/),
  project: z
    .string()
    .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/)
    .optional(),
  endpoint: Endpoint.optional(),
});
export const GcsCredentials = z.union(
  [z.strictObject({ service_account: ServiceAccount }), z.strictObject({ hmac: AccessKeys })],
  { error: 'must be {service_account} with the content of its key file, or {hmac}' },
);

/** Credentials of any type of storage. */
export const AnyCredentials = z.union(
  [S3Credentials, ...AzureCredentials.options, ...GcsCredentials.options],
  {
    error: 'must be credentials as in POST /v1/storage/add',
  },
);
