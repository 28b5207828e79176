import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connector } from '#shared/connectors/connector.ts';
import { openS3 } from '#shared/connectors/s3-open.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { cleanups } from '../../../infra/local/cleanups.ts';
import { awsClient, startEmulator } from '../../../infra/local/emulator.ts';
import { forgetTestHome, newTestHome } from '../../../infra/local/test-home.ts';
import { uniqueName } from '../emulator.ts';
import { bytesOf, collect } from './odd-keys.ts';

const ACCOUNT = '000000000000';
const EXTERNAL_ID = 'external-id-of-this-location';
const BUCKET = 'acme-photographs';
const toEnd = cleanups();
let server: ReturnType<typeof awsClient>;
let us: ReturnType<typeof awsClient>;

/** The customer's account: an emulator that heeds policies, where a user stands for us. */
beforeAll(async () => {
  const home = await newTestHome('trust');
  toEnd.add(() => forgetTestHome(home));
  const { url } = await startEmulator(home, toEnd, { enforcesAccess: true });
  server = awsClient(url);
  const [s3, iam] = [new S3Client({ ...server, forcePathStyle: true }), new IAMClient(server)];
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  for (const Key of ['in/a.jpg', 'other/b.jpg'])
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: bytesOf(Key) }));
  await iam.send(new CreateUserCommand({ UserName: 'deeplens' }));
  const PolicyDocument = policyOf([{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }]);
  await iam.send(new PutUserPolicyCommand({ UserName: 'deeplens', PolicyName: 'assume', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'deeplens' }));
  us = {
    ...server,
    credentials: {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    },
  };
});
afterAll(() => toEnd.run());

const policyOf = (Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/** Makes a role that trusts us on a condition, and may do all in every bucket. @returns its ARN */
async function newRole(Condition?: object): Promise<string> {
  const iam = new IAMClient(server);
  const RoleName = uniqueName('reads-photographs');
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/deeplens` },
    Action: 'sts:AssumeRole',
    ...(Condition && { Condition }),
  };
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policyOf([trust]) }));
  const PolicyDocument = policyOf([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument }));
  return `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
}

const onlyWith = (externalId: string) => ({ StringEquals: { 'sts:ExternalId': externalId } });

/** Opens the bucket as a tenant whose location has the external id. */
function open(role_arn: string, external_id = EXTERNAL_ID): Connector {
  const config = { bucket: BUCKET, region: 'us-east-1', role_arn, external_id };
  const location = { type: 's3' as const, config, storage_id: newStorageId(), prefix: 'in/' };
  const sts = () => new STSClient(us);
  const { endpoint } = server;
  return openS3(
    { tenant: tenantId('acme'), location, credentials: async () => undefined, session: 'job_1' },
    sts,
    { endpoint },
  );
}

const PROBED = { list: true, read: true, trust: true };

describe('a role of S3', () => {
  it('that asks for our external id is taken, and read', async () => {
    const connector = open(await newRole(onlyWith(EXTERNAL_ID)));
    expect(await connector.probe()).toEqual(PROBED);
    expect((await collect(connector.list({}))).flat().map(({ key }) => key)).toEqual(['in/a.jpg']);
  });

  it.each([
    ['anybody’s external id', undefined],
    ['any external id that is there', { StringLike: { 'sts:ExternalId': '*' } }],
    ['our external id, or none', { StringEqualsIfExists: { 'sts:ExternalId': EXTERNAL_ID } }],
  ])('that takes %s is refused', async (_, condition) => {
    const connector = open(await newRole(condition));
    await expect(connector.probe()).rejects.toMatchObject({
      code: 'insecure_trust_policy',
      message: expect.stringContaining(`"sts:ExternalId": "${EXTERNAL_ID}"`),
    });
  });

  it('of another tenant cannot be used: its external id is that tenant’s', async () => {
    const role = await newRole(onlyWith(EXTERNAL_ID));
    const connector = open(role, 'external-id-of-another-tenant');
    await expect(connector.probe()).rejects.toMatchObject({
      code: 'storage_access_denied',
      message: expect.stringContaining('sts:ExternalId'),
    });
  });

  it('that is not there, or trusts others, is refused', async () => {
    const nowhere = `arn:aws:iam::${ACCOUNT}:role/nowhere`;
    await expect(open(nowhere).probe()).rejects.toMatchObject({ code: 'storage_access_denied' });
  });

  it('reaches nothing outside of the prefix, although it may', async () => {
    const role = await newRole(onlyWith(EXTERNAL_ID));
    const connector = open(role);
    const [object] = (await collect(connector.list({}))).flat();
    expect(object?.key).toBe('in/a.jpg');
    const refused = { code: 'storage_access_denied' };
    await expect(connector.stat('other/b.jpg')).rejects.toMatchObject(refused);
    const outside = { key: 'other/b.jpg', changeToken: object?.changeToken ?? '' };
    await expect(connector.open(outside, { maxBytes: 100 })).rejects.toMatchObject(refused);
    await expect(connector.put('other/c.jpg', bytesOf('c'), 'image/jpeg')).rejects.toMatchObject(refused);
  });

  it('is not tried without an external id, nor by what is no role', () => {
    expect(() => open(`arn:aws:iam::${ACCOUNT}:role/x`, '')).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
    expect(() => open(`arn:aws:iam::${ACCOUNT}:user/x`)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
