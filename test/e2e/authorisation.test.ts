import pLimit from 'p-limit';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listAudit, revokeTokens } from '#shared/contracts/http/audit.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { changeTenant } from '#shared/contracts/http/tenants.ts';
import { POLICIES, ROLE_SCOPES, ROLES, SCOPES, type Scope } from '#shared/kernel/access.ts';
import { PROBLEMS, type ProblemCode } from '#shared/kernel/problems.ts';
import { expired, notYet, readIssuer, tokenOf } from '../fixtures/issuer.ts';
import { type Client, call, eventually, newTenant } from './client.ts';
import { readStack } from './stack.ts';

/** Calls at once: the front lets no more than a dozen through. */
const limit = pLimit(10);
const ULID = '00000000000000000000000000';
/** Ids of things that are not there, so that a call which is let in changes nothing. */
const IDS: Record<string, string> = {
  image_id: `img_${ULID}`,
  key_id: `key_${ULID}`,
  job_id: `job_${ULID}`,
  group_id: `grp_${ULID}`,
  tenant_id: 'not-there',
  name: 'no-model',
};

const GUARDED = OPERATIONS.filter(({ policy }) => policy !== 'Open');

/** What a credential is good for: these scopes; everything, as the operator; or the refusal that it gets. */
interface Credential {
  headers: Record<string, string>;
  ofTenant: readonly Scope[] | ProblemCode;
  ofOperator: 'everything' | ProblemCode;
}

const Refusal = z.object({ code: z.string() });

/** `let in`, or the status and code of the refusal. */
async function attempt({ method, path, body }: Operation, headers: Record<string, string>): Promise<string> {
  const filled = path.replace('/v1', '').replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const id = IDS[name];
    if (!id) throw new Error(`say in IDS which ${name} is not there`);
    return id;
  });
  const reply = await fetch(`${readStack().api_url}${filled}`, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: '{}' }),
  });
  const text = await reply.text();
  if (reply.status < 500 && reply.status !== 401 && reply.status !== 403) return 'let in';
  const { data } = Refusal.safeParse(JSON.parse(text));
  return `${reply.status} ${data?.code ?? text}`;
}

const refusal = (code: ProblemCode): string => `${PROBLEMS[code].status} ${code}`;

function expectedOf({ policy }: Operation, { ofTenant, ofOperator }: Credential): string {
  if (policy === 'SystemAdmin') return ofOperator === 'everything' ? 'let in' : refusal(ofOperator);
  if (typeof ofTenant === 'string') return refusal(ofTenant);
  const accepted: readonly Scope[] = POLICIES[policy];
  return ofTenant.some((scope) => accepted.includes(scope)) ? 'let in' : refusal('missing_scope');
}

let tenant: Client;
let other: Client;
const credentials = new Map<string, Credential>();

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const operator = () => bearer(readStack().admin_token);
const claims = (more: Record<string, unknown> = {}) => ({
  sub: 'person-1',
  tenant_id: tenant.tenant,
  role: 'Admin',
  scope: SCOPES.join(' '),
  ...more,
});
const personal = (more?: Record<string, unknown>) => tokenOf(readIssuer(), { claims: claims(more) });

/** @returns the key and its id */
async function newKey(name: string, wish: { scopes?: Scope[]; expires_at?: string }) {
  const kind = wish.scopes ? 'live' : 'publishable';
  const { status, body } = await tenant.call(ownKeys.create, { body: { name, kind, ...wish } });
  if (status !== 201) throw new Error(`no key: ${JSON.stringify(body)}`);
  return { key: body.api_key, id: body.key_id };
}

async function addKeys(): Promise<void> {
  const add = (name: string, key: string, ofTenant: Credential['ofTenant']) =>
    credentials.set(name, { headers: { 'x-api-key': key }, ofTenant, ofOperator: 'unauthenticated' });
  add('a key that nobody has', `dl_live_${ULID}_${'0'.repeat(64)}`, 'invalid_api_key');
  add('what is no key', 'wrong', 'invalid_api_key');
  for (const scope of SCOPES)
    add(`a key with ${scope}`, (await newKey(scope, { scopes: [scope] })).key, [scope]);
  add('the first key of the tenant', tenant.key, SCOPES);

  const revoked = await newKey('revoked', { scopes: [...SCOPES] });
  await tenant.call(ownKeys.revoke, { params: { key_id: revoked.id } });
  add('a revoked key', revoked.key, 'invalid_api_key');
  const expires_at = new Date(Date.now() + 2_000).toISOString();
  add(
    'an expired key',
    (await newKey('expired', { scopes: [...SCOPES], expires_at })).key,
    'invalid_api_key',
  );

  const suspended = await newTenant('suspended');
  const params = { tenant_id: suspended.tenant };
  await call(changeTenant, { params, body: { state: 'suspended' }, headers: operator() });
  add('a key of a suspended tenant', suspended.key, 'tenant_suspended');
}

function addTokens(publishable: string): void {
  const key = { 'x-api-key': publishable };
  credentials.set('a publishable key alone', {
    headers: key,
    ofTenant: [],
    ofOperator: 'unauthenticated',
  });
  /** With a publishable key where tenants' calls are, alone where the operator's are: the key is no concern there. */
  const add = (
    name: string,
    token: string,
    ofTenant: Credential['ofTenant'],
    ofOperator: Credential['ofOperator'],
  ) => credentials.set(name, { headers: { ...key, ...bearer(token) }, ofTenant, ofOperator });

  for (const role of ROLES) {
    // The tests' issuer may not make an operator.
    const scopes = role === 'SystemAdmin' ? [] : ROLE_SCOPES[role];
    add(`a token with the role ${role}`, personal({ role }), scopes, 'forbidden');
  }
  add('a token without a role', personal({ role: undefined }), [], 'forbidden');
  for (const scope of SCOPES)
    add(`an administrator’s token with ${scope}`, personal({ scope }), [scope], 'forbidden');

  const refused = (name: string, token: string, code: ProblemCode = 'unauthenticated') =>
    add(name, token, code, code);
  refused('an expired token', personal(expired()), 'token_expired');
  refused('a token that is not valid yet', personal(notYet()));
  refused('a token for another audience', personal({ aud: 'https://other.example' }));
  refused('a token of an issuer that is not trusted', personal({ iss: 'https://idp.example' }));
  refused('a token without a signature', tokenOf(readIssuer(), { claims: claims(), signedBy: 'nobody' }));
  refused('a token that another signed', tokenOf(readIssuer(), { claims: claims(), signedBy: 'stranger' }));
  refused('a revoked token', personal({ sub: 'revoked', iat: Math.floor(Date.now() / 1000) - 60 }));
  refused('a password in place of a token', 'x');

  add('another tenant’s token', personal({ tenant_id: other.tenant }), 'tenant_mismatch', 'forbidden');
  add('a token of no tenant', personal({ tenant_id: undefined }), 'tenant_mismatch', 'forbidden');
  add('the operator’s token, with a key', readStack().admin_token, 'tenant_mismatch', 'everything');
  credentials.set('a token alone', {
    headers: bearer(personal()),
    ofTenant: 'unauthenticated',
    ofOperator: 'forbidden',
  });
  credentials.set('the operator’s token alone', {
    headers: operator(),
    ofTenant: 'unauthenticated',
    ofOperator: 'everything',
  });
}

beforeAll(async () => {
  [tenant, other] = await Promise.all([newTenant('matrix'), newTenant('matrix-other')]);
  credentials.set('no credential', {
    headers: {},
    ofTenant: 'unauthenticated',
    ofOperator: 'unauthenticated',
  });
  await addKeys();
  await call(revokeTokens, {
    body: { issuer: readIssuer().issuer, subject: 'revoked' },
    headers: operator(),
  });
  addTokens((await newKey('publishable', {})).key);
});

describe('who may call what', () => {
  it('is as the policies say, for every call and every credential', async () => {
    const key = credentials.get('an expired key')?.headers ?? {};
    await eventually(
      () => call(ownKeys.list, { headers: key }),
      ({ status }) => status === 403,
    );
    const pairs = [...credentials].flatMap(([name, credential]) =>
      GUARDED.map((operation) => ({ name, credential, operation })),
    );
    const answers = await Promise.all(
      pairs.map(({ name, credential, operation }) =>
        limit(async () => ({
          who: name,
          what: operation.id,
          expected: expectedOf(operation, credential),
          found: await attempt(operation, credential.headers),
        })),
      ),
    );
    expect(answers.filter(({ expected, found }) => expected !== found)).toEqual([]);
    expect(answers.length).toBeGreaterThan(30 * 30);
  });
});

describe('the audit log', () => {
  const entries = async (query: Record<string, string>) =>
    (await call(listAudit, { query: { limit: '100', ...query }, headers: operator() })).body.entries;

  it('holds whom the gateway’s authorizer turned away', async () => {
    const headers = { 'x-api-key': 'wrong', 'x-correlation-id': 'audit-authorizer', 'user-agent': 'curious' };
    await call(ownKeys.list, { headers });
    const found = await eventually(
      () => entries({ action: 'GET /v1/keys' }),
      (seen) => seen.some(({ correlation_id }) => correlation_id === 'audit-authorizer'),
    );
    const [entry] = found.filter(({ correlation_id }) => correlation_id === 'audit-authorizer');
    expect(entry).toMatchObject({
      actor: { kind: 'nobody' },
      outcome: 'refused',
      code: 'invalid_api_key',
      user_agent: 'curious',
      source_ip: expect.stringMatching(/\d/),
    });
  });

  it('holds whom a call turned away, with the tenant and the person', async () => {
    const headers = {
      'x-api-key': tenant.key,
      ...bearer(personal({ sub: 'curious', role: 'Viewer' })),
      'x-correlation-id': 'audit-function',
    };
    await call(ownKeys.list, { headers });
    const found = await eventually(
      () => entries({ tenant_id: tenant.tenant, actor: 'curious' }),
      (seen) => seen.length > 0,
    );
    expect(found[0]).toMatchObject({
      tenant_id: tenant.tenant,
      actor: { kind: 'person', subject: 'curious', role: 'Viewer' },
      action: 'listKeys',
      outcome: 'refused',
      code: 'missing_scope',
      correlation_id: 'audit-function',
    });
  });
});
