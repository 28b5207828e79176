import { describe, expect, it } from 'vitest';
import { addStorage, changeStorage } from '#shared/contracts/http/storages.ts';

const KEYS = { access_key_id: 'AKIA', secret_access_key: 'secret' };
const s3 = { name: 'n', type: 's3', config: { bucket: 'pictures', region: 'eu-central-1' } };
const EXTERNAL_ID = `dlx_${'a'.repeat(43)}`;
const role = { role_arn: 'arn:aws:iam::123456789012:role/path/reader', external_id: EXTERNAL_ID };
const minio = (endpoint: string) => ({
  ...{ name: 'n', type: 'minio', config: { endpoint, bucket: 'pictures' }, credentials: KEYS },
});
const account = {
  type: 'service_account',
  project_id: 'acme',
  private_key_id: 'a1',
  private_key: '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n',
  client_email: 'reader@acme.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};
const gcs = (service_account: object) => ({
  ...{ name: 'n', type: 'gcs', config: { bucket: 'pictures' }, credentials: { service_account } },
});
const azure = (credentials: object) => ({
  ...{ name: 'n', type: 'azure_blob', config: { account: 'acmeimages', container: 'pictures' }, credentials },
});

const accepts = (body: unknown) => addStorage.body?.safeParse(body).success;

describe('a new storage location', () => {
  it.each([
    ['keys', { ...s3, credentials: KEYS }],
    ['a role', { ...s3, config: { ...s3.config, ...role } }],
    ['an endpoint', minio('https://s3.acme.example:8443')],
    ['a SAS', azure({ sas_token: 'sv=2024-01-01&sig=x%3D' })],
    ['an application', azure({ tenant_id: 'acme.example', client_id: 'c', client_secret: 's' })],
    ['a service account', gcs(account)],
    ['keys of Google', { ...gcs(account), credentials: { hmac: KEYS } }],
    [
      'all options',
      { ...s3, credentials: KEYS, prefix: 'é/', schedule: { every_hours: 1 }, include: ['**'] },
    ],
    ['a rule with days', { ...s3, credentials: KEYS, on_missing: 'delete_after_days', days: 30 }],
  ])('may have %s', (_, body) => expect(accepts(body)).toBe(true));

  it.each([
    ['neither keys nor a role', s3],
    ['both', { ...s3, config: { ...s3.config, ...role }, credentials: KEYS }],
    ['a role without an external id', { ...s3, config: { ...s3.config, role_arn: role.role_arn } }],
    ['an external id without a role', { ...s3, config: { ...s3.config, external_id: EXTERNAL_ID } }],
    ['an external id that is not ours', { ...s3, config: { ...s3.config, ...role, external_id: 'mine' } }],
    [
      'a user that is no role',
      { ...s3, config: { ...s3.config, ...role, role_arn: 'arn:aws:iam::1:user/a' } },
    ],
    ['a path in the bucket', { ...s3, config: { ...s3.config, bucket: 'a/../b' }, credentials: KEYS }],
    [
      'a region that is a host',
      { ...s3, config: { ...s3.config, region: 'x.evil.example' }, credentials: KEYS },
    ],
    ['an unknown name', { ...s3, credentials: KEYS, endpoint: 'https://a.example' }],
    ['a user in the endpoint', minio('https://a:b@s3.acme.example')],
    ['a path in the endpoint', minio('https://s3.acme.example/x')],
    ['a query in the endpoint', minio('https://s3.acme.example?x')],
    ['a scheme of another kind', minio('file:///etc')],
    ['credentials of another type', azure(KEYS)],
    [
      'both credentials of Azure',
      azure({ sas_token: 'a', tenant_id: 'b', client_id: 'c', client_secret: 'd' }),
    ],
    [
      'an account that is a host',
      { ...azure({ sas_token: 'a' }), config: { account: 'a.b/c', container: 'pictures' } },
    ],
    ['another token endpoint', gcs({ ...account, token_uri: 'https://evil.example/token' })],
    ['a source of credentials', gcs({ ...account, credential_source: { url: 'http://169.254.169.254/' } })],
    ['another kind of account', gcs({ ...account, type: 'external_account' })],
    ['days without the rule', { ...s3, credentials: KEYS, days: 3 }],
    ['the rule without days', { ...s3, credentials: KEYS, on_missing: 'delete_after_days' }],
    ['a prefix beyond 1 024 bytes', { ...s3, credentials: KEYS, prefix: 'é'.repeat(513) }],
    ['too many globs', { ...s3, credentials: KEYS, include: Array.from({ length: 21 }, () => '*') }],
  ])('must not have %s', (_, body) => expect(accepts(body)).toBe(false));

  it('has problems that quote no credential', () => {
    const body = { ...s3, credentials: { access_key_id: 'AK IA', secret_access_key: 'of the tenant' } };
    const parsed = addStorage.body?.safeParse(body);
    expect(parsed?.success).toBe(false);
    expect(JSON.stringify(parsed?.error)).not.toContain('of the tenant');
  });
});

it('a change names something, and no type or bucket', () => {
  const accepts = (body: unknown) => changeStorage.body?.safeParse(body).success;
  expect(accepts({ name: 'n' })).toBe(true);
  expect(accepts({ schedule: null })).toBe(true);
  expect(accepts({ credentials: KEYS })).toBe(true);
  for (const body of [
    {},
    { type: 's3' },
    { config: {} },
    { prefix: 'a' },
    { on_missing: 'delete_after_days' },
  ])
    expect(accepts(body)).toBe(false);
});
