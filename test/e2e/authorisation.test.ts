import { setTimeout } from 'node:timers/promises';
import pLimit from 'p-limit';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { listAudit, revokeTokens } from '#shared/contracts/http/audit.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { changeTenant } from '#shared/contracts/http/tenants.ts';
import { POLICIES, ROLE_SCOPES, ROLES, SCOPES, type Scope } from '#shared/kernel/access.ts';
import { PROBLEMS, type ProblemCode } from '#shared/kernel/problems.ts';
import { expired, notYet, readIssuer, tokenOf } from '../fixtures/issuer.ts';
import { type Client, call, eventually, newTenant, secretIn } from './client.ts';
import { readStack } from './stack.ts';

/** Concurrent calls: the local front admits about a dozen. */
const limit = pLimit(10);
const ULID = '00000000000000000000000000';
/** Ids that do not exist, so that an admitted call changes nothing. */
const IDS: Record<string, string> = {
  image_id: `img_${ULID}`,
  key_id: `key_${ULID}`,
  job_id: `job_${ULID}`,
  group_id: `grp_${ULID}`,
  user_id: `usr_${ULID}`,
  storage_id: `st_${ULID}`,
  webhook_id: `wh_${ULID}`,
  delivery_id: `dlv_${ULID}`,
  tenant_id: 'not-there',
  name: 'no-model',
};

const GUARDED = OPERATIONS.filter(({ policy }) => policy !== 'Open');

/** A credential with its scopes, or the refusal that it gets, on the data plane and on the admin plane. */
interface Credential {
  headers: Record<string, string>;
  ofTenant: readonly Scope[] | ProblemCode;
  ofOperator: 'everything' | ProblemCode;
}

const Refusal = z.object({ code: z.string() });

/** Times that a call is repeated after the minute in which too many calls of this address were refused. */
const REPEATS = 5;

/** `let in`, or the status and code of the refusal. Waits as long as a 429 says, and calls again. */
async function attempt(
  operation: Operation,
  headers: Record<string, string>,
  repeats = REPEATS,
): Promise<string> {
  const { method, path, body } = operation;
  const filled = path.replace('/v1', '').replace(/\{(\w+)\}/g, (_match, name: string) => {
    const id = IDS[name];
    if (!id) throw new Error(`add an id for ${name} to IDS`);
    return id;
  });
  const reply = await fetch(`${readStack().api_url}${filled}`, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: '{}' }),
  });
  const text = await reply.text();
  if (reply.status === 429 && repeats > 0) {
    await setTimeout(Number(reply.headers.get('retry-after')) * 1000);
    return attempt(operation, headers, repeats - 1);
  }
  if (reply.status < 500 && ![401, 403, 429].includes(reply.status)) return 'let in';
  const { data } = Refusal.safeParse(JSON.parse(text));
  return `${reply.status} ${data?.code ?? text}`;
}

const refusal = (code: ProblemCode): string => `${PROBLEMS[code].status} ${code}`;

/** Returns the expected outcome of an operation's policy for a credential. */
function expectedOf({ policy }: Operation, { ofTenant, ofOperator }: Credential): string {
  if (policy === 'SystemAdmin') return ofOperator === 'everything' ? 'let in' : refusal(ofOperator);
  if (typeof ofTenant === 'string') return refusal(ofTenant);
  if (policy === 'AnyCredential') return 'let in';
  const accepted: readonly Scope[] = POLICIES[policy];
  return ofTenant.some((scope) => accepted.includes(scope)) ? 'let in' : refusal('missing_scope');
}

/** An operation of each policy. */
const SAMPLE = Object.values(Object.groupBy(GUARDED, ({ policy }) => policy)).flatMap((same = []) =>
  same.slice(0, 1),
);
/** Credentials of which each scope, and the operator's role, decides alone: they show which policy an operation has. */
const TELLING = [
  'no credential',
  'a publishable key alone',
  ...SCOPES.map((scope) => `a key with ${scope}`),
  'a token with the role Admin',
  'the operator’s token, alone',
];
/** What the authorizer makes of a credential is tried at an operation of each policy; the telling ones at all of them. */
const isTried = (operation: Operation, name: string): boolean =>
  TELLING.includes(name) || SAMPLE.includes(operation);

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
async function newKey(name: string, request: { scopes?: Scope[]; expires_at?: string }) {
  const kind = request.scopes ? 'live' : 'publishable';
  const created = await tenant.call(ownKeys.create, { body: { name, kind, ...request } });
  return { key: secretIn(created), id: created.body.key_id };
}

/** @returns the id of a suspended tenant */
async function addKeys(): Promise<string> {
  const add = (name: string, key: string, ofTenant: Credential['ofTenant']) =>
    credentials.set(name, { headers: { 'x-api-key': key }, ofTenant, ofOperator: 'unauthenticated' });
  add('an unknown key', `dl_live_${ULID}_${'0'.repeat(64)}`, 'invalid_api_key');
  add('a malformed key', 'wrong', 'invalid_api_key');
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
  return suspended.tenant;
}

function addTokens(publishable: string, suspended: string): void {
  const key = { 'x-api-key': publishable };
  credentials.set('a publishable key alone', {
    headers: key,
    ofTenant: [],
    ofOperator: 'unauthenticated',
  });
  /** Adds a token with a publishable key; the admin plane ignores the key. */
  const add = (
    name: string,
    token: string,
    ofTenant: Credential['ofTenant'],
    ofOperator: Credential['ofOperator'],
  ) => credentials.set(name, { headers: { ...key, ...bearer(token) }, ofTenant, ofOperator });

  for (const role of ROLES) {
    // The tests' issuer may not issue tokens for operators.
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
  refused(
    'a token with another signature',
    tokenOf(readIssuer(), { claims: claims(), signedBy: 'stranger' }),
  );
  refused('a revoked token', personal({ sub: 'revoked', iat: Math.floor(Date.now() / 1000) - 60 }));
  refused('a password instead of a token', 'x');

  add('another tenant’s token', personal({ tenant_id: other.tenant }), 'tenant_mismatch', 'forbidden');
  add('a token of no tenant', personal({ tenant_id: undefined }), 'tenant_mismatch', 'forbidden');
  add('the operator’s token, with a key', readStack().admin_token, 'tenant_mismatch', 'everything');
  const alone = (
    name: string,
    token: string,
    ofTenant: Credential['ofTenant'],
    ofOperator: Credential['ofOperator'] = 'forbidden',
  ) => credentials.set(`${name}, alone`, { headers: bearer(token), ofTenant, ofOperator });
  for (const role of ['Viewer', 'Admin'] as const)
    alone(`a token with the role ${role}`, personal({ role }), ROLE_SCOPES[role]);
  alone('a token of a suspended tenant', personal({ tenant_id: suspended }), 'tenant_suspended');
  alone('an expired token', personal(expired()), 'token_expired', 'token_expired');
  alone('the operator’s token', readStack().admin_token, 'unauthenticated', 'everything');
}

beforeAll(async () => {
  [tenant, other] = await Promise.all([newTenant('matrix'), newTenant('matrix-other')]);
  credentials.set('no credential', {
    headers: {},
    ofTenant: 'unauthenticated',
    ofOperator: 'unauthenticated',
  });
  const suspended = await addKeys();
  await call(revokeTokens, {
    body: { issuer: readIssuer().issuer, subject: 'revoked' },
    headers: operator(),
  });
  addTokens((await newKey('publishable', {})).key, suspended);
});

/** More than a thousand calls: a minute on two free cores. */
const MATRIX_MS = 900_000;

describe('authorisation', () => {
  it(
    'follows the policies for every operation and every credential',
    async () => {
      const key = credentials.get('an expired key')?.headers ?? {};
      await eventually(
        () => call(ownKeys.list, { headers: key }),
        ({ status }) => status === 403,
      );
      const pairs = [...credentials].flatMap(([name, credential]) =>
        GUARDED.filter((operation) => isTried(operation, name)).map((operation) => ({
          ...{ name, credential, operation },
        })),
      );
      const results = await Promise.all(
        pairs.map(({ name, credential, operation }) =>
          limit(async () => ({
            credential: name,
            operation: operation.id,
            expected: expectedOf(operation, credential),
            actual: await attempt(operation, credential.headers),
          })),
        ),
      );
      expect(results.filter(({ expected, actual }) => expected !== actual)).toEqual([]);
      expect(TELLING.every((name) => credentials.has(name))).toBe(true);
      expect(results.length).toBeGreaterThan(TELLING.length * GUARDED.length);
    },
    MATRIX_MS,
  );
});

describe('the audit log', () => {
  const entries = async (query: Record<string, string>) =>
    (await call(listAudit, { query: { limit: '100', ...query }, headers: operator() })).body.entries;

  it('records calls that the authorizer refused', async () => {
    const headers = { 'x-api-key': 'wrong', 'x-correlation-id': 'audit-authorizer', 'user-agent': 'curious' };
    await call(ownKeys.list, { headers });
    const recorded = await eventually(
      () => entries({ action: 'listKeys' }),
      (list) => list.some(({ correlation_id }) => correlation_id === 'audit-authorizer'),
    );
    const [entry] = recorded.filter(({ correlation_id }) => correlation_id === 'audit-authorizer');
    expect(entry).toMatchObject({
      actor: { kind: 'nobody' },
      outcome: 'refused',
      code: 'invalid_api_key',
      user_agent: 'curious',
      source_ip: expect.stringMatching(/\d/),
    });
  });

  it('records calls that a function refused, with tenant and person', async () => {
    const headers = {
      'x-api-key': tenant.key,
      ...bearer(personal({ sub: 'curious', role: 'Viewer' })),
      'x-correlation-id': 'audit-function',
    };
    await call(ownKeys.list, { headers });
    const recorded = await eventually(
      () => entries({ tenant_id: tenant.tenant, actor: 'curious' }),
      (list) => list.length > 0,
    );
    expect(recorded[0]).toMatchObject({
      tenant_id: tenant.tenant,
      actor: { kind: 'person', subject: 'curious', role: 'Viewer' },
      action: 'listKeys',
      outcome: 'refused',
      code: 'missing_scope',
      correlation_id: 'audit-function',
    });
  });
});
