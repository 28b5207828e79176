import { expect, it } from 'vitest';
import { targetDigest } from '#shared/storages/target-digest.ts';

const s3 = { type: 's3', config: { bucket: 'b', region: 'us-east-1' }, prefix: '' } as const;
const minio = (endpoint: string) =>
  ({ type: 'minio', config: { endpoint, bucket: 'b' }, prefix: '' }) as const;

it('is the same for the same bucket and prefix, however it is written or opened', () => {
  const role = { ...s3.config, role_arn: 'arn', external_id: 'x', region: 'eu-central-1' };
  expect(targetDigest({ ...s3, config: role })).toBe(targetDigest(s3));
  expect(targetDigest(minio('https://S3.Example.com:443/'))).toBe(
    targetDigest(minio('https://s3.example.com')),
  );
});

it('differs by type, server, bucket and prefix', () => {
  const all = [
    s3,
    { ...s3, prefix: 'a/' },
    { ...s3, config: { ...s3.config, bucket: 'c' } },
    minio('https://s3.example.com'),
    minio('https://s3.example.com:8443'),
    { type: 'gcs', config: { bucket: 'b' }, prefix: '' } as const,
    { type: 'azure_blob', config: { account: 'a', container: 'b' }, prefix: '' } as const,
    { type: 'azure_blob', config: { account: 'ab', container: '' }, prefix: '' } as const,
  ];
  expect(new Set(all.map(targetDigest)).size).toBe(all.length);
});
