import { beforeAll, describe, expect, it } from 'vitest';
import { revokeTokens } from '#shared/contracts/http/audit.ts';
import * as images from '#shared/contracts/http/images.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { getMe } from '#shared/contracts/http/me.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { changeTenant, deleteTenant, putLimits } from '#shared/contracts/http/tenants.ts';
import { getTenantUsage } from '#shared/contracts/http/usage.ts';
import { SCOPES } from '#shared/kernel/access.ts';

import { readIssuer, tokenOf } from '../fixtures/issuer.ts';
import { photograph } from '../fixtures/photographs.ts';
import { signIn } from '../fixtures/sign-in.ts';
import { type Client, call, eventually, newTenant, type Request, settled, upload } from './client.ts';
import { readStack } from './stack.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const operator = () => bearer(readStack().admin_token);
const signed = (claims: Record<string, unknown>) =>
  tokenOf(readIssuer(), { claims: { role: 'Admin', scope: SCOPES.join(' '), ...claims } });
/** A caller with a person's token and no key. */
const person = (tenant: string, role = 'Admin', sub = 'person'): Client => {
  const headers = bearer(signed({ tenant_id: tenant, role, sub }));
  return {
    ...{ tenant, key: '' },
    call: (operation, request = {}) =>
      call(operation, { ...request, headers: { ...headers, ...request.headers } }),
  };
};
const usageOf = async (tenant: string) =>
  (await call(getTenantUsage, { params: { tenant_id: tenant }, headers: operator() })).body;

describe('a token without a key', () => {
  let free: Client;
  let other: Client;
  beforeAll(async () => {
    [free, other] = await Promise.all([newTenant('alone', 'free'), newTenant('alone-other', 'pro')]);
  });

  it('acts in the tenant that it names, with its plan and the scopes of its role', async () => {
    const { status, body, headers } = await person(free.tenant, 'Viewer', 'ada').call(getMe);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ tenant_id: free.tenant, plan: 'free', scopes: ['deeplens.search'] },
      subject: { kind: 'person', id: 'ada', role: 'Viewer' },
    });
    expect(headers.get('ratelimit-policy')).toContain('"requests";q=100;w=60');
    const viewer = person(free.tenant, 'Viewer');
    expect(await viewer.call(images.listImages)).toMatchObject({ status: 200 });
    expect(await viewer.call(ownKeys.list)).toMatchObject({
      ...{ status: 403, body: { code: 'missing_scope' } },
    });
    expect(await person(free.tenant).call(ownKeys.list)).toMatchObject({ status: 200 });
  });

  it('of the user pool works as well', async () => {
    const signing = { tenant: other.tenant, organization: 'Acme', groups: ['Viewer'], scopes: SCOPES };
    const { access_token, id_token } = await signIn(readStack().emulator_url, signing);
    const me = await call(getMe, { headers: bearer(access_token) });
    expect(me).toMatchObject({ status: 200, body: { tenant_id: other.tenant, plan: 'pro' } });
    expect(await call(getMe, { headers: bearer(id_token) })).toMatchObject({
      ...{ status: 401, body: { code: 'unauthenticated' } },
    });
  });

  it('brings images in and finds them, for its own tenant alone', async () => {
    const uploader = person(free.tenant, 'Uploader');
    const bytes = photograph('locomotion-house-cat');
    const image = await upload(uploader, bytes, { filename: 'cat.jpg' });
    expect((await settled(uploader, image)).status).toBe('indexed');
    const query = { body: { image: bytes.toString('base64') } };
    const found = await person(free.tenant, 'Viewer').call(searchSimilarity, query);
    expect(found.body.results.map(({ image_id }) => image_id)).toEqual([image]);
    const stranger = person(other.tenant);
    expect((await stranger.call(searchSimilarity, query)).body.results).toEqual([]);
    expect((await stranger.call(images.listImages)).body.images).toEqual([]);
    expect((await stranger.call(images.getImage, { params: { image_id: image } })).status).toBe(404);
    expect((await stranger.call(images.deleteImage, { params: { image_id: image } })).status).toBe(404);
    expect((await uploader.call(images.getImage, { params: { image_id: image } })).status).toBe(200);
  });

  it('is counted and limited as a call of the tenant', async () => {
    const metered = await newTenant('alone-metered', 'free');
    const params = { tenant_id: metered.tenant };
    await call(putLimits, { params, body: { requests: 3 }, headers: operator() });
    let admitted = 0;
    const statusOf = async (caller: Client) => {
      const { status } = await caller.call(images.listImages);
      if (status === 200) admitted++;
      return status;
    };
    // The key finds the limit used up that the token has used, in one minute or the next.
    await eventually(
      async () => [await statusOf(person(metered.tenant, 'Viewer')), await statusOf(metered)],
      (statuses) => statuses.every((status) => status === 429),
    );
    expect(admitted).toBeGreaterThanOrEqual(3);
    await eventually(
      () => usageOf(metered.tenant),
      ({ requests }) => requests === admitted,
    );
  });

  it('must belong to the tenant of a key that comes with it', async () => {
    const headers = { 'x-api-key': free.key };
    expect(await person(other.tenant).call(getMe, { headers })).toMatchObject({
      ...{ status: 403, body: { code: 'tenant_mismatch' } },
    });
    const { body } = await person(free.tenant).call(getMe, { headers });
    expect(body).toMatchObject({ tenant_id: free.tenant, subject: { kind: 'key_and_person' } });
  });
});

describe('a token without a key is refused', () => {
  const refusal = async (headers: Record<string, string>, request: Request<Operation> = {}) => {
    const { status, body } = await call<Operation>(getMe, { ...request, headers });
    return [status, body.code];
  };

  it('if its tenant_id is no tenant, or missing, or it is the operator’s', async () => {
    const nowhere = await call(getMe, { headers: bearer(signed({ tenant_id: 'no-such-tenant' })) });
    expect(nowhere).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(nowhere.body.detail).toContain('belongs to no tenant');
    expect(await refusal(bearer(signed({})))).toEqual([401, 'unauthenticated']);
    expect(await refusal(operator())).toEqual([401, 'unauthenticated']);
  });

  it('if its tenant is suspended, until it is active again', async () => {
    const { tenant } = await newTenant('alone-suspended');
    const set = (state: 'active' | 'suspended') =>
      call(changeTenant, { params: { tenant_id: tenant }, body: { state }, headers: operator() });
    await set('suspended');
    const headers = bearer(signed({ tenant_id: tenant }));
    expect(await refusal(headers)).toEqual([403, 'tenant_suspended']);
    await set('active');
    expect(await refusal(headers)).toEqual([200, undefined]);
  });

  it('if its tenant is being removed, which it does not delay', async () => {
    const { tenant } = await newTenant('alone-leaving');
    const headers = bearer(signed({ tenant_id: tenant }));
    expect(await refusal(headers)).toEqual([200, undefined]);
    await call(deleteTenant, { params: { tenant_id: tenant }, headers: operator() });
    expect(await refusal(headers)).toEqual([401, 'unauthenticated']);
  });

  it('if it has expired, is not valid, or was revoked', async () => {
    const { tenant } = await newTenant('alone-revoked');
    const now = Math.floor(Date.now() / 1000);
    const old = signed({ tenant_id: tenant, iat: now - 120, exp: now - 60 });
    expect(await refusal(bearer(old))).toEqual([401, 'token_expired']);
    const forged = { claims: { tenant_id: tenant, role: 'Admin' }, signedBy: 'stranger' } as const;
    expect(await refusal(bearer(tokenOf(readIssuer(), forged)))).toEqual([401, 'unauthenticated']);
    const headers = bearer(signed({ tenant_id: tenant, sub: 'leaver', iat: now - 60 }));
    expect(await refusal(headers)).toEqual([200, undefined]);
    const body = { issuer: readIssuer().issuer, subject: 'leaver' };
    await call(revokeTokens, { body, headers: operator() });
    expect(await refusal(headers)).toEqual([401, 'unauthenticated']);
  });

  it('if a key that is not valid comes with it: the key decides', async () => {
    const { tenant } = await newTenant('alone-with-key');
    const headers = { ...bearer(signed({ tenant_id: tenant })), 'x-api-key': 'wrong' };
    expect(await refusal(headers)).toEqual([403, 'invalid_api_key']);
  });
});
