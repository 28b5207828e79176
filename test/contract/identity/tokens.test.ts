import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IssuersEnv } from '#shared/identity/issuers.ts';
import { jwtVerifier } from '#shared/identity/jwt-tokens.ts';
import { SCOPES } from '#shared/kernel/access.ts';
import { expired, type Issuer, newPrivateKey, notYet, serveKeys, tokenOf } from '../../fixtures/issuer.ts';

const POOL = 'eu-central-1_Pool1';
const poolKey = newPrivateKey();
const foreignKey = newPrivateKey();
let keys: { pool: Awaited<ReturnType<typeof serveKeys>>; foreign: Awaited<ReturnType<typeof serveKeys>> };

beforeAll(async () => {
  keys = { pool: await serveKeys(poolKey), foreign: await serveKeys(foreignKey) };
});
afterAll(async () => {
  await keys.pool.stop();
  await keys.foreign.stop();
});

const pool: Issuer = {
  issuer: `https://cognito-idp.eu-central-1.amazonaws.com/${POOL}`,
  audience: '',
  privateKey: poolKey,
};
const verifier = (issuers: object[] = [], jwksUri = `${keys.pool.url}/jwks.json`) =>
  jwtVerifier(
    IssuersEnv.parse({
      USER_POOL_ID: POOL,
      USER_POOL_CLIENTS: 'web,operator',
      OPERATOR_CLIENT_ID: 'operator',
      JWKS_URI: jwksUri,
      TRUSTED_ISSUERS: JSON.stringify(issuers),
    }),
  );

describe('tokens of Cognito', () => {
  const verify = (token: string) => verifier().verify(token);
  const usual = {
    aud: undefined,
    token_use: 'access',
    client_id: 'web',
    scope: 'openid deeplens-api/deeplens.search deeplens-api/deeplens.upload',
    'cognito:groups': ['Uploader'],
    tenant_id: 'acme',
  };
  const tokenWith = (claims: object) => tokenOf(pool, { claims: { ...usual, ...claims } });

  it('say who it is, for which tenant, and what they may', async () => {
    expect(await verify(tokenWith({}))).toEqual({
      issuer: pool.issuer,
      subject: 'person-1',
      issuedAt: expect.any(Number),
      scopes: ['deeplens.search', 'deeplens.upload'],
      role: 'Uploader',
      tenant: 'acme',
    });
  });

  it('give the role that they name, else the highest of the groups', async () => {
    const groups = await verify(tokenWith({ 'cognito:groups': ['Viewer', 'Uploader', 'other'] }));
    expect(groups.role).toBe('Uploader');
    const both = await verify(tokenWith({ role: 'Viewer', 'cognito:groups': ['Admin'] }));
    expect(both).toMatchObject({ role: 'Viewer', scopes: ['deeplens.search'] });
    const none = await verify(tokenWith({ role: 'Emperor', 'cognito:groups': [] }));
    expect(none).not.toHaveProperty('role');
    expect(none.scopes).toEqual([]);
  });

  it('make the operator’s client a SystemAdmin', async () => {
    const scope = 'deeplens-api/deeplens.admin';
    const operator = await verify(tokenWith({ client_id: 'operator', 'cognito:groups': [], scope }));
    expect(operator).toMatchObject({ role: 'SystemAdmin', scopes: ['deeplens.admin'] });
  });

  it('expire', async () => {
    await expect(verify(tokenWith(expired()))).rejects.toMatchObject({ code: 'token_expired' });
  });

  it.each<[string, () => string]>([
    ['without a signature', () => tokenOf(pool, { claims: usual, signedBy: 'nobody' })],
    ['signed by another key', () => tokenOf(pool, { claims: usual, signedBy: 'stranger' })],
    ['signed by a key that nobody knows', () => tokenOf(pool, { claims: usual, keyId: 'key-2' })],
    [
      'changed afterwards',
      () => tokenWith({}).replace(/\..*\./, tokenWith({ sub: 'x' }).match(/\..*\./)?.[0] ?? ''),
    ],
    ['of another issuer', () => tokenWith({ iss: `${pool.issuer}2` })],
    ['of no issuer', () => tokenWith({ iss: undefined })],
    ['of a client that is not ours', () => tokenWith({ client_id: 'operator2' })],
    ['of no client', () => tokenWith({ client_id: undefined })],
    ['that is an id token', () => tokenWith({ token_use: 'id' })],
    ['that never expires', () => tokenWith({ exp: undefined })],
    ['that was never issued', () => tokenWith({ iat: undefined })],
    ['that is not valid yet', () => tokenWith(notYet())],
    ['of nobody', () => tokenWith({ sub: '' })],
    ['of a tenant that can’t be', () => tokenWith({ tenant_id: '../acme' })],
    ['that is no token', () => 'dl_live_0_0'],
    ['that is nothing', () => ''],
  ])('are refused: one %s', async (_, token) => {
    await expect(verify(token())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('are not judged without the issuer’s keys', async () => {
    for (const uri of [`${keys.pool.url}/broken`, 'http://127.0.0.1:9/jwks.json'])
      await expect(verifier([], uri).verify(tokenWith({}))).rejects.toMatchObject({
        code: 'dependency_unavailable',
      });
  });
});

describe('tokens of another issuer', () => {
  const audience = 'https://api.example';
  const foreign = (): Issuer => ({ issuer: keys.foreign.url, audience, privateKey: foreignKey });
  const usual = { role: 'Admin', tenant_id: 'acme', scope: SCOPES.join(' ') };
  const tokenWith = (claims: object) => tokenOf(foreign(), { claims: { ...usual, ...claims } });
  const trusting = (terms: object = {}) =>
    verifier([{ issuer: keys.foreign.url, audience, tenants: '*', ...terms }]);

  it('are taken where the issuer is trusted', async () => {
    expect(await trusting().verify(tokenWith({}))).toMatchObject({
      issuer: keys.foreign.url,
      role: 'Admin',
      tenant: 'acme',
      scopes: SCOPES,
    });
    await expect(verifier().verify(tokenWith({}))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('name scopes in either way, in either claim', async () => {
    for (const claims of [
      { scope: 'deeplens.search' },
      { scope: `${audience}/deeplens.search` },
      { scope: undefined, scp: ['deeplens.search'] },
      { scope: undefined, scp: `openid ${audience}/deeplens.search` },
    ])
      expect((await trusting().verify(tokenWith(claims))).scopes).toEqual(['deeplens.search']);
  });

  it('never reach beyond their role', async () => {
    const uploader = await trusting().verify(tokenWith({ role: 'Uploader' }));
    expect(uploader.scopes).toEqual(['deeplens.search', 'deeplens.upload']);
    expect((await trusting().verify(tokenWith({ role: undefined }))).scopes).toEqual([]);
  });

  it('speak for the issuer’s own tenants only', async () => {
    const own = trusting({ tenants: ['acme'] });
    expect((await own.verify(tokenWith({}))).tenant).toBe('acme');
    await expect(own.verify(tokenWith({ tenant_id: 'other' }))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });

  it('make nobody an operator, unless the issuer may', async () => {
    const operator = tokenWith({ role: 'SystemAdmin', tenant_id: undefined });
    const nobody = await trusting().verify(operator);
    expect(nobody).not.toHaveProperty('role');
    expect(nobody.scopes).toEqual([]);
    expect(await trusting({ operators: true }).verify(operator)).toMatchObject({ role: 'SystemAdmin' });
    const client = await trusting().verify(tokenWith({ client_id: 'operator', role: undefined }));
    expect(client).not.toHaveProperty('role');
  });

  it.each<[string, () => string, string]>([
    ['for another audience', () => tokenWith({ aud: 'https://other.example' }), 'unauthenticated'],
    ['for no audience', () => tokenWith({ aud: undefined }), 'unauthenticated'],
    [
      'in the name of the pool',
      () => tokenWith({ iss: pool.issuer, token_use: 'access', client_id: 'web' }),
      'unauthenticated',
    ],
    [
      'without a signature',
      () => tokenOf(foreign(), { claims: usual, signedBy: 'nobody' }),
      'unauthenticated',
    ],
    [
      'signed by another key',
      () => tokenOf(foreign(), { claims: usual, signedBy: 'stranger' }),
      'unauthenticated',
    ],
    ['that is not valid yet', () => tokenWith(notYet()), 'unauthenticated'],
    ['that has expired', () => tokenWith(expired()), 'token_expired'],
  ])('are refused: one %s', async (_, token, code) => {
    await expect(trusting().verify(token())).rejects.toMatchObject({ code });
  });

  it('are not judged where the issuer is out of reach, while the others are', async () => {
    const jwks_uri = 'http://127.0.0.1:9/jwks.json';
    const deaf = trusting({ jwks_uri });
    await expect(deaf.verify(tokenWith({}))).rejects.toMatchObject({ code: 'dependency_unavailable' });
    const claims = { aud: undefined, token_use: 'access', client_id: 'web' };
    expect((await deaf.verify(tokenOf(pool, { claims }))).subject).toBe('person-1');
  });
});

describe('the configuration of issuers', () => {
  const env = { USER_POOL_ID: POOL, USER_POOL_CLIENTS: 'web', OPERATOR_CLIENT_ID: 'operator' };
  const good = { issuer: 'https://idp.example', audience: 'a', tenants: ['acme'] };

  it('is none, if left out', () => {
    expect(IssuersEnv.parse(env).TRUSTED_ISSUERS).toEqual([]);
  });

  it.each([
    'idp',
    '{}',
    JSON.stringify([{ ...good, tenants: [] }]),
    JSON.stringify([{ ...good, tenants: undefined }]),
    JSON.stringify([{ ...good, audience: undefined }]),
    JSON.stringify([{ ...good, operator: true }]),
  ])('is refused where it is wrong: %s', (TRUSTED_ISSUERS) => {
    expect(IssuersEnv.safeParse({ ...env, TRUSTED_ISSUERS }).success).toBe(false);
    expect(IssuersEnv.safeParse({ ...env, TRUSTED_ISSUERS: JSON.stringify([good]) }).success).toBe(true);
  });
});
