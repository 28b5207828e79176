import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Connector } from './connector.ts';
import type { ConnectorLocation } from './connectors.ts';
import type { Credentials } from './credentials.ts';
import { checkEndpoint, type Guarded } from './guarded.ts';
import { bucketAccess } from './s3-access.ts';
import { s3Connector } from './s3-connector.ts';
import { capReplies } from './s3-replies.ts';
import { assumeRole, checkTrust, type RoleSession, roleOf } from './s3-role.ts';

const REGION = /^[a-z0-9-]{2,32}$/;
/** Milliseconds. */
const CONNECT = 5_000;
const IDLE = 30_000;
/** For AWS itself. All clients share their sockets: a function opens a connector for every message. */
const KEEP = { keepAlive: true, timeout: 10_000 };
const AWS = {
  httpAgent: new HttpAgent(KEEP),
  httpsAgent: new HttpsAgent(KEEP),
  connectionTimeout: CONNECT,
  socketTimeout: IDLE,
};

export interface S3Opening<Type extends ConnectorLocation['type']> {
  tenant: TenantId;
  location: Extract<ConnectorLocation, { type: Type }>;
  credentials: () => Promise<Credentials | undefined>;
  session: string;
}

/**
 * Opens a bucket of AWS: by a role, which our own account assumes, or by the tenant's keys, never by our own.
 * @param sts by default that of our account
 */
export function openS3(
  { tenant, location, credentials, session }: S3Opening<'s3'>,
  sts: () => STSClient = () => new STSClient({ requestHandler: AWS }),
  options: Pick<S3ClientConfig, 'endpoint'> = {},
): Connector {
  const { prefix, config } = location;
  const { bucket, region } = config;
  if (!REGION.test(region)) throw new Problem('invalid_request', `"${region.slice(0, 80)}" is not a region.`);
  if (bucket.includes(':') || bucket.includes('/'))
    throw new Problem('invalid_request', 'Name the bucket itself, not an ARN, an access point or a path.');
  if (bucket.endsWith('--x-s3'))
    throw new Problem(
      'invalid_request',
      'Directory buckets (S3 Express) list in no order, so a scan could not resume. Use a general purpose bucket.',
    );
  const settings = {
    ...options,
    region,
    requestHandler: AWS,
  };
  if (config.role_arn === undefined) {
    const client = s3Client({ ...settings, credentials: keysOf(credentials) });
    return s3Connector({ client, bucket, prefix, access: bucketAccess(bucket, prefix) });
  }
  const role = roleOf(config.role_arn, config.external_id);
  const access = bucketAccess(bucket, prefix, role.partition);
  const at: RoleSession = { role, bucket, prefix, tenant, session, sts: sts(), access };
  const client = s3Client({ ...settings, credentials: () => assumeRole(at, role.externalId) });
  return s3Connector({
    client,
    bucket,
    prefix,
    access,
    owner: role.account,
    checkTrust: () => checkTrust(at),
  });
}

/** Opens a bucket of any server that speaks S3, at an address that may be called, with the tenant's keys. */
export function openS3Compatible(
  { location, credentials }: Pick<S3Opening<'minio'>, 'location' | 'credentials'>,
  net: Guarded,
): Connector {
  const { prefix, config } = location;
  const { bucket, region = 'us-east-1', path_style = true } = config;
  const client = s3Client({
    region,
    endpoint: checkEndpoint(net, config.endpoint),
    forcePathStyle: path_style,
    credentials: keysOf(credentials),
    requestHandler: {
      httpAgent: net.agents.http,
      httpsAgent: net.agents.https,
      connectionTimeout: CONNECT,
      socketTimeout: IDLE,
    },
  });
  client.middlewareStack.use(capReplies);
  return s3Connector({ client, bucket, prefix, access: bucketAccess(bucket, prefix) });
}

const s3Client = (config: S3ClientConfig): S3Client =>
  // Checksums that S3 knows since 2025 are refused by many other servers.
  new S3Client({
    ...config,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

/** Returns a provider of the tenant's keys, which is asked at every call: who provides them keeps them for a while. */
const keysOf = (credentials: () => Promise<Credentials | undefined>) => async () => {
  const found = await credentials();
  if (!found || !('access_key_id' in found))
    throw new Problem(
      'storage_access_denied',
      'The storage has no keys. Give access_key_id and secret_access_key as its credentials.',
    );
  return {
    accessKeyId: found.access_key_id,
    secretAccessKey: found.secret_access_key,
    ...(found.session_token !== undefined && { sessionToken: found.session_token }),
    expiration: new Date(0),
  };
};
