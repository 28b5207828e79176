import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { ulid } from 'ulid';
import * as z from 'zod';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { partsOfRole } from './role-arn.ts';
import { type BucketAccess, sessionPolicy } from './s3-access.ts';
import { s3Problem } from './s3-errors.ts';

/** Seconds, IAM's shortest: a session ends soon after its connector. */
const SESSION = 900;
const LONGEST_NAME = 64;

const Keys = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
  Expiration: z.date(),
});

/** A tenant's role, which trusts us on condition of our external id. */
export interface Role {
  arn: string;
  partition: string;
  /** The account of the role. */
  account: string;
  externalId: string;
}

/** @throws Problem `invalid_request` if there is no such role, or no external id of ours */
export function roleOf(arn: string, externalId: string | undefined): Role {
  const parts = partsOfRole(arn);
  if (!parts) throw new Problem('invalid_request', `"${arn.slice(0, 200)}" is not the ARN of a role.`);
  if (externalId === undefined || externalId === '')
    throw new Problem('invalid_request', 'A role needs the external id that we gave out for this location.');
  return { arn, ...parts, externalId };
}

/** Assumes one role, for one bucket and prefix. */
export interface RoleSession {
  role: Role;
  bucket: string;
  prefix: string;
  tenant: TenantId;
  session: string;
  sts: STSClient;
  access: BucketAccess;
}

/** Returns short-lived keys that can reach that bucket and prefix alone. @throws Problem `storage_access_denied` */
export async function assumeRole(at: RoleSession, externalId: string | undefined) {
  const name = `deeplens-${at.tenant}-${at.session}`.replaceAll(/[^\w+=,.@-]/g, '-');
  const command = new AssumeRoleCommand({
    RoleArn: at.role.arn,
    RoleSessionName: name.slice(0, LONGEST_NAME),
    DurationSeconds: SESSION,
    Policy: sessionPolicy(at.bucket, at.prefix, at.role.partition),
    ExternalId: externalId,
  });
  try {
    const { Credentials } = await at.sts.send(command);
    const keys = Keys.parse(Credentials);
    return {
      accessKeyId: keys.AccessKeyId,
      secretAccessKey: keys.SecretAccessKey,
      sessionToken: keys.SessionToken,
      expiration: keys.Expiration,
    };
  } catch (error) {
    throw s3Problem(error, 'assume', at.access);
  }
}

/**
 * Checks that nobody can use the role through us without its external id: tries it without one, and with another one.
 * @throws Problem `insecure_trust_policy` if either works
 */
export async function checkTrust(at: RoleSession): Promise<void> {
  for (const [what, externalId] of [
    ['without an external id', undefined],
    ['with any external id', `wrong-${ulid()}`],
  ] as const) {
    if (!(await canAssume(at, externalId))) continue;
    throw new Problem(
      'insecure_trust_policy',
      `The role can be assumed ${what}, so others could read the bucket through us. Add to its trust policy: ` +
        `"Condition": {"StringEquals": {"sts:ExternalId": "${at.role.externalId}"}}`,
    );
  }
}

/** @returns false if it is refused; what keeps STS from answering is thrown */
async function canAssume(at: RoleSession, externalId: string | undefined): Promise<boolean> {
  try {
    await assumeRole(at, externalId);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'storage_access_denied') return false;
    throw error;
  }
}
