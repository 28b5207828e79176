import { beforeAll, describe, expect, it } from 'vitest';
import { listAudit } from '#shared/contracts/http/audit.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { getMe } from '#shared/contracts/http/me.ts';
import { changeUser, inviteUser, listUsers, removeUser } from '#shared/contracts/http/people.ts';
import { SCOPES } from '#shared/kernel/access.ts';
import { signInAs } from '../fixtures/sign-in.ts';
import { type Client, call, eventually, newTenant, secretIn } from './client.ts';
import { readStack } from './stack.ts';

/** A person who has signed in, and calls with the console's publishable key. */
interface Member extends Client {
  user: string;
  email: string;
  subject: string;
}

const addressAt = ({ tenant }: Client, name: string) => `${name}@${tenant}.test`;

/** Signs a person in. Tokens of the second of a revocation are refused: it waits for one that is accepted. */
async function member(of: Client, name: string, user: string): Promise<Member> {
  const body = { name: `page-of-${name}`, kind: 'publishable' as const };
  const key = secretIn(await of.call(ownKeys.create, { body }));
  const email = addressAt(of, name);
  const { headers, me } = await eventually(
    async () => {
      const { access_token } = await signInAs(readStack().emulator_url, email, SCOPES);
      const headers = { 'x-api-key': key, authorization: `Bearer ${access_token}` };
      return { headers, me: await call(getMe, { headers }) };
    },
    ({ me }) => me.status === 200,
  );
  return {
    ...{ tenant: of.tenant, key, user, email, subject: me.body.subject.id },
    call: (operation, request = {}) =>
      call(operation, { ...request, headers: { ...headers, ...request.headers } }),
  };
}

async function invited(by: Client, name: string, role: 'Viewer' | 'Uploader' | 'Admin'): Promise<Member> {
  const { status, body } = await by.call(inviteUser, { body: { email: addressAt(by, name), role } });
  expect(status).toBe(201);
  return member(by, name, body.user_id);
}

let tenant: Client;
let other: Client;
let admin: Member;
beforeAll(async () => {
  [tenant, other] = await Promise.all([newTenant('people'), newTenant('people-other')]);
  admin = await invited(tenant, 'admin', 'Admin');
});

describe('the people of a tenant', () => {
  it('begin with an Admin whom the tenant’s key invites, and who invites others', async () => {
    const body = { email: `Ada@${tenant.tenant}.test`, role: 'Uploader' as const, name: 'Ada B' };
    const headers = { 'idempotency-key': 'ada' };
    const first = await admin.call(inviteUser, { body, headers });
    expect(first).toMatchObject({
      status: 201,
      body: {
        ...{ email: addressAt(tenant, 'ada'), role: 'Uploader', name: 'Ada B', state: 'active' },
        invited_by: { kind: 'person', subject: admin.subject },
      },
    });
    const repeated = await admin.call(inviteUser, { body, headers });
    expect(repeated).toMatchObject({ status: 201, body: first.body });
    expect(await admin.call(inviteUser, { body })).toMatchObject({
      status: 409,
      body: { code: 'conflict', existing_user_id: first.body.user_id },
    });
    const ada = await member(tenant, 'ada', first.body.user_id);
    expect((await ada.call(getMe)).body.subject).toEqual({
      ...{ kind: 'key_and_person', id: first.body.subject, role: 'Uploader' },
      ...{ name: 'Ada B', email: addressAt(tenant, 'ada') },
    });
  });

  it.each([
    { email: 'no address', role: 'Viewer' },
    { email: `${'a'.repeat(120)}@acme.test`, role: 'Viewer' },
    { email: 'a@acme.test', role: 'SystemAdmin' },
    { email: 'a@acme.test', role: 'Viewer', name: 'line\nbreak' },
  ])('are not invited by %o', async (body) => {
    const refused = await admin.call(inviteUser, { body: body as never }); // invalid on purpose
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('are listed in pages', async () => {
    const all = (await admin.call(listUsers)).body.users;
    expect(all.map(({ email }) => email)).toContain(admin.email);
    const first = await admin.call(listUsers, { query: { limit: '1' } });
    expect(first.body.users).toEqual(all.slice(0, 1));
    const query = { limit: '1', cursor: first.body.next_cursor ?? '' };
    expect((await admin.call(listUsers, { query })).body.users).toEqual(all.slice(1, 2));
    expect(await other.call(listUsers, { query })).toMatchObject({
      status: 400,
      body: { code: 'invalid_cursor' },
    });
  });

  it('are managed by its Admins alone', async () => {
    const uploader = await invited(admin, 'uploader', 'Uploader');
    const params = { user_id: admin.user };
    const email = addressAt(tenant, 'friend');
    const refused = { status: 403, body: { code: 'missing_scope' } };
    expect(await uploader.call(listUsers)).toMatchObject(refused);
    expect(await uploader.call(inviteUser, { body: { email, role: 'Viewer' } })).toMatchObject(refused);
    expect(await uploader.call(changeUser, { params, body: { disabled: true } })).toMatchObject(refused);
    expect(await uploader.call(removeUser, { params })).toMatchObject(refused);
    expect((await admin.call(listUsers)).status).toBe(200);
  });

  it('are not shown to another tenant’s Admin, who cannot change them', async () => {
    const stranger = await invited(other, 'stranger', 'Admin');
    const params = { user_id: admin.user };
    const notFound = { status: 404, body: { code: 'not_found' } };
    expect((await stranger.call(listUsers)).body.users.map(({ email }) => email)).toEqual([stranger.email]);
    expect(await stranger.call(changeUser, { params, body: { disabled: true } })).toMatchObject(notFound);
    expect(await stranger.call(removeUser, { params })).toMatchObject(notFound);
    const taken = await stranger.call(inviteUser, { body: { email: admin.email, role: 'Viewer' } });
    expect(taken).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(taken.body).not.toHaveProperty('existing_user_id');
    expect((await admin.call(getMe)).body.subject).toMatchObject({ role: 'Admin' });
  });

  it('get another role with their next token; tokens of before are refused', async () => {
    const person = await invited(admin, 'riser', 'Viewer');
    const params = { user_id: person.user };
    const changed = await admin.call(changeUser, { params, body: { role: 'Uploader' } });
    expect(changed).toMatchObject({ status: 200, body: { role: 'Uploader', state: 'active' } });
    expect(await person.call(getMe)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const again = await member(tenant, 'riser', person.user);
    expect((await again.call(getMe)).body).toMatchObject({
      subject: { role: 'Uploader' },
      scopes: ['deeplens.search', 'deeplens.upload'],
    });
  });

  it('who are disabled have no token any more, until they are enabled', async () => {
    const person = await invited(admin, 'leaver', 'Viewer');
    const params = { user_id: person.user };
    const disabled = await admin.call(changeUser, { params, body: { disabled: true } });
    expect(disabled).toMatchObject({ status: 200, body: { state: 'disabled' } });
    expect(await person.call(getMe)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const signIn = () => signInAs(readStack().emulator_url, person.email, SCOPES);
    await expect(signIn()).rejects.toThrow('not signed in');
    await admin.call(changeUser, { params, body: { disabled: false } });
    const again = await member(tenant, 'leaver', person.user);
    expect((await again.call(getMe)).status).toBe(200);
    expect(await admin.call(removeUser, { params })).toMatchObject({ status: 200 });
    await expect(signIn()).rejects.toThrow();
    expect(await admin.call(removeUser, { params })).toMatchObject({ status: 404 });
  });

  it('keep their last Admin, whoever asks', async () => {
    const params = { user_id: admin.user };
    const last = { status: 409, body: { code: 'conflict', detail: expect.stringContaining('last Admin') } };
    for (const caller of [admin, tenant]) {
      expect(await caller.call(changeUser, { params, body: { disabled: true } })).toMatchObject(last);
      expect(await caller.call(changeUser, { params, body: { role: 'Viewer' } })).toMatchObject(last);
      expect(await caller.call(removeUser, { params })).toMatchObject(last);
    }
    expect((await admin.call(getMe)).body.subject).toMatchObject({ role: 'Admin' });
  });

  it('are in the audit log with who changed them', async () => {
    const { body } = await admin.call(inviteUser, {
      body: { email: addressAt(tenant, 'audited'), role: 'Viewer' },
    });
    const params = { user_id: body.user_id };
    await admin.call(changeUser, { params, body: { role: 'Uploader' } });
    await admin.call(removeUser, { params });
    const headers = { authorization: `Bearer ${readStack().admin_token}` };
    const recorded = async (action: string) => {
      const query = { tenant_id: tenant.tenant, action, limit: '100' };
      const { entries } = (await call(listAudit, { query, headers })).body;
      return entries.find(({ target, outcome }) => target === body.user_id && outcome === 'done');
    };
    const actor = { kind: 'person', subject: admin.subject, role: 'Admin' };
    expect(await recorded('inviteUser')).toMatchObject({ actor, after: { role: 'Viewer' } });
    const change = { before: { role: 'Viewer' }, after: { role: 'Uploader' } };
    expect(await recorded('changeUser')).toMatchObject({ actor, ...change });
    expect(await recorded('removeUser')).toMatchObject({ actor, before: { role: 'Uploader' } });
  });
});
