import { beforeAll, describe, expect, it } from 'vitest';
import { listImages } from '#shared/contracts/http/images.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { getMe } from '#shared/contracts/http/me.ts';
import { SCOPES } from '#shared/kernel/access.ts';
import { signIn } from '../fixtures/sign-in.ts';
import { type Client, newTenant, secretIn } from './client.ts';
import { readStack } from './stack.ts';

let tenant: Client;
let publishable: string;
beforeAll(async () => {
  tenant = await newTenant('sign-in');
  const request = { name: 'console', kind: 'publishable' as const };
  publishable = secretIn(await tenant.call(ownKeys.create, { body: request }));
});

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('a person who signs in with the user pool', () => {
  it('gets tokens with role and tenant, and without scopes that the role lacks', async () => {
    const person = { tenant: tenant.tenant, organization: 'Acme', groups: ['Viewer', 'Uploader'] };
    const tokens = await signIn(readStack().emulator_url, { ...person, scopes: SCOPES });
    const profile = { role: 'Uploader', tenant_id: tenant.tenant, organization: 'Acme' };
    expect(claimsOf(tokens.id_token)).toMatchObject({ ...profile, email: expect.stringContaining('@') });
    expect(claimsOf(tokens.access_token)).toMatchObject(profile);
    expect(claimsOf(tokens.access_token).scope.split(' ').sort()).toEqual([
      'deeplens-api/deeplens.search',
      'deeplens-api/deeplens.upload',
      'openid',
    ]);
  });

  it('is shown by GET /me with the name and the address of the pool', async () => {
    const person = { tenant: tenant.tenant, organization: 'Acme', groups: ['Viewer'], scopes: SCOPES };
    const { access_token } = await signIn(readStack().emulator_url, { ...person, name: 'Ada B' });
    const headers = { 'x-api-key': publishable, authorization: `Bearer ${access_token}` };
    const { body } = await tenant.call(getMe, { headers });
    expect(body.subject).toEqual({
      kind: 'key_and_person',
      id: claimsOf(access_token).sub,
      name: 'Ada B',
      email: claimsOf(access_token).email,
      role: 'Viewer',
    });
    expect(body.subject.email).toMatch(/@deeplens\.test$/);
  });

  it('may call what the role allows, with the console’s publishable key', async () => {
    const person = { tenant: tenant.tenant, organization: 'Acme', groups: ['Viewer'], scopes: SCOPES };
    const { access_token, id_token } = await signIn(readStack().emulator_url, person);
    const headers = { 'x-api-key': publishable, authorization: `Bearer ${access_token}` };
    expect(await tenant.call(listImages, { headers })).toMatchObject({ status: 200 });
    expect(await tenant.call(ownKeys.list, { headers })).toMatchObject({
      status: 403,
      body: { code: 'missing_scope' },
    });
    const request = { name: 'page', kind: 'publishable' as const, allowed_origins: ['https://*.example'] };
    const page = { ...headers, 'x-api-key': secretIn(await tenant.call(ownKeys.create, { body: request })) };
    const from = async (origin: string) => {
      const { status, body } = await tenant.call(listImages, { headers: { ...page, origin } });
      return [status, body.code];
    };
    expect(await from('https://app.example')).toEqual([200, undefined]);
    expect(await from('https://evil.test')).toEqual([403, 'origin_not_allowed']);
    const withIdToken = { ...headers, authorization: `Bearer ${id_token}` };
    expect(await tenant.call(listImages, { headers: withIdToken })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
  });
});
