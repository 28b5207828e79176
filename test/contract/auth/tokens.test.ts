import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jwtVerifier } from '#shared/auth/jwt.ts';
import type { TokenVerifier } from '#shared/auth/tokens.ts';

const POOL = 'eu-central-1_Pool1';
const ISSUER = `https://cognito-idp.eu-central-1.amazonaws.com/${POOL}`;
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
function sealed(header: object, claims: object, key: KeyObject): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}

describe('tokens of Cognito', () => {
  const { publicKey, privateKey } = rsa();
  const header = { alg: 'RS256', kid: 'key-1' };
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: 'person-1',
    iss: ISSUER,
    token_use: 'access',
    client_id: 'web',
    scope: 'openid deeplens-api/deeplens.search deeplens-api/deeplens.upload',
    iat: now,
    exp: now + 600,
  };
  let keys: Server;
  let tokens: TokenVerifier;

  beforeAll(async () => {
    keys = createServer((request, reply) => {
      const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256', use: 'sig' };
      if (request.url !== '/jwks.json') reply.statusCode = 500;
      reply.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    tokens = jwtVerifier({ USER_POOL_ID: POOL, OPERATOR_CLIENT_ID: 'operator', JWKS_URI: at('/jwks.json') });
  });
  afterAll(() => {
    keys.close();
    keys.closeAllConnections();
  });
  function at(path: string): string {
    const address = keys.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return `http://127.0.0.1:${address.port}${path}`;
  }
  const tokenWith = (over: object): string => sealed(header, { ...claims, ...over }, privateKey);

  it('say who it is and what is granted', async () => {
    expect(await tokens.verify(tokenWith({}))).toEqual({
      subject: 'person-1',
      scopes: ['deeplens.search', 'deeplens.upload'],
    });
    const person = tokenWith({ tenant_id: 'acme', 'cognito:groups': ['Viewer', 'Uploader', 'other'] });
    expect(await tokens.verify(person)).toMatchObject({ tenant: 'acme', role: 'Uploader' });
    const both = tokenWith({ role: 'Viewer', 'cognito:groups': ['Admin'] });
    expect((await tokens.verify(both)).role).toBe('Viewer');
    expect(await tokens.verify(tokenWith({ role: 'Emperor' }))).not.toHaveProperty('role');
  });

  it('make the operator’s client a SystemAdmin, and nobody else', async () => {
    const operator = tokenWith({ client_id: 'operator', scope: 'deeplens-api/deeplens.admin' });
    expect(await tokens.verify(operator)).toMatchObject({ role: 'SystemAdmin', scopes: ['deeplens.admin'] });
    const other = tokenWith({ client_id: 'operator2', scope: 'deeplens-api/deeplens.admin' });
    expect(await tokens.verify(other)).not.toHaveProperty('role');
  });

  it('expire', async () => {
    await expect(tokens.verify(tokenWith({ exp: now - 1 }))).rejects.toMatchObject({ code: 'token_expired' });
  });

  it.each<[string, () => string]>([
    ['without a signature', () => `${encode({ alg: 'none', kid: 'key-1' })}.${encode(claims)}.`],
    ['signed by another key', () => sealed(header, claims, rsa().privateKey)],
    ['signed by a key that nobody knows', () => sealed({ ...header, kid: 'key-2' }, claims, privateKey)],
    ['changed afterwards', () => tokenWith({}).replace(/\..*\./, `.${encode({ ...claims, sub: 'other' })}.`)],
    ['of another issuer', () => tokenWith({ iss: `${ISSUER}2` })],
    ['that is an id token', () => tokenWith({ token_use: 'id' })],
    ['that never expires', () => tokenWith({ exp: undefined })],
    ['that is not valid yet', () => tokenWith({ nbf: now + 600 })],
    ['of a tenant that can’t be', () => tokenWith({ tenant_id: '../acme' })],
    ['that is no token', () => 'dl_live_0_0'],
    ['that is nothing', () => ''],
  ])('refuses one %s', async (_, token) => {
    await expect(tokens.verify(token())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('are not judged without the issuer’s keys', async () => {
    const JWKS_URI = at('/broken');
    const blind = jwtVerifier({ USER_POOL_ID: POOL, OPERATOR_CLIENT_ID: 'operator', JWKS_URI });
    await expect(blind.verify(tokenWith({}))).rejects.toMatchObject({ code: 'dependency_unavailable' });
  });
});
