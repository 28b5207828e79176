import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayRequestAuthorizerEvent,
  Context,
} from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Caller } from '#shared/kernel/caller.ts';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import { Problem, type ProblemCode } from '#shared/kernel/problems.ts';
import { authorizerFunction } from '#shared/runtime/authorizer.ts';
import { callerOf, presumedCaller } from '#shared/runtime/caller.ts';
import { memoryAuditLog } from '../../memory/audit-log.ts';

const uploader: Caller = {
  kind: 'key',
  tenant: tenantId('acme'),
  plan: 'pro',
  limits: { searches: 7, stored_images: 9, endpoints: { 'GET /v1/images': 1 } },
  settings: { keeper_rule: 'age', thumbnail_sizes: [64] },
  scopes: ['deeplens.upload'],
  subject: newKeyId(),
};
const person: Caller = { ...uploader, kind: 'person', role: 'Uploader', subject: 'person-1' };
const operator: Caller = {
  kind: 'operator',
  scopes: ['deeplens.admin'],
  role: 'SystemAdmin',
  subject: 'op',
  issuer: 'https://idp.test',
};
const IDENTIFIER = 'identifier-of-acme';
const SHARED = 'identifier-of-no-tenant';
const knownButRefused = {
  kind: 'key',
  tenant: tenantId('acme'),
  subject: uploader.subject,
  usageIdentifier: IDENTIFIER,
} as const;

/** Keys and tokens are named by the refusal that they get; of those that end in `!` it is known whose they are. */
function service(audit = memoryAuditLog()) {
  const refuse = (name: string, presume: (caller: typeof knownButRefused) => void) => {
    const code = name.replace('!', '') as ProblemCode; // the tests name no others
    if (name.endsWith('!')) presume(knownButRefused);
    return Promise.reject(new Problem(code, `because ${code}`, { retryAfter: 3 }));
  };
  const authorizer = authorizerFunction({
    byKey: ({ key, authorization }, presume) =>
      key === 'good'
        ? Promise.resolve({
            ...uploader,
            usageIdentifier: IDENTIFIER,
            ...(authorization && { kind: 'person', role: 'Uploader' }),
          })
        : refuse(key, presume),
    byTenantToken: (token, presume) =>
      token === 'good' ? Promise.resolve({ ...person, usageIdentifier: IDENTIFIER }) : refuse(token, presume),
    byToken: (token, presume) => (token === 'good' ? Promise.resolve(operator) : refuse(token, presume)),
    sharedUsageIdentifier: SHARED,
    audit,
  });
  const ask = (resource: string, headers: Record<string, string>): Promise<APIGatewayAuthorizerResult> =>
    authorizer(
      {
        ...{ httpMethod: 'GET', resource, headers, methodArn: 'arn:call' },
        pathParameters: { tenant_id: 'other' },
        requestContext: { requestId: 'request-1', identity: { sourceIp: '192.0.2.7' } },
      } as unknown as APIGatewayRequestAuthorizerEvent, // what it reads
      { functionName: 'f', awsRequestId: 'r' } as Context,
    );
  return { ask, entries: async () => (await audit.list({ limit: 10 })).items };
}
const effectOf = ({ policyDocument }: APIGatewayAuthorizerResult) => policyDocument.Statement[0]?.Effect;
const eventWith = ({ context }: APIGatewayAuthorizerResult) =>
  ({ requestContext: { authorizer: context } }) as unknown as APIGatewayProxyEvent; // what is read of it

describe('the authorizer', () => {
  const { ask } = service();

  it('passes the caller on as the function reads it', async () => {
    const byKey = await ask('/v1/images', { 'X-Api-Key': 'good' });
    expect([effectOf(byKey), callerOf(eventWith(byKey))]).toEqual(['Allow', uploader]);
    const forPerson = await ask('/v1/images', { 'X-Api-Key': 'good', Authorization: 'Bearer x' });
    expect(callerOf(eventWith(forPerson))).toEqual({ ...uploader, kind: 'person', role: 'Uploader' });
    const byToken = await ask('/v1/admin/tenants', { authorization: 'good', 'x-api-key': 'good' });
    expect([effectOf(byToken), callerOf(eventWith(byToken))]).toEqual(['Allow', operator]);
  });

  it('requires a token on the admin plane, and a key or a token on the data plane', async () => {
    await expect(ask('/v1/admin/tenants', { 'x-api-key': 'good' })).rejects.toThrow('Unauthorized');
    await expect(ask('/v1/images', {})).rejects.toThrow('Unauthorized');
    const byToken = await ask('/v1/images', { Authorization: 'good' });
    expect([effectOf(byToken), callerOf(eventWith(byToken))]).toEqual(['Allow', person]);
    await expect(ask('/v1/images', { authorization: 'unauthenticated' })).rejects.toThrow('Unauthorized');
  });

  it('names the key of the tenant in API Gateway with every call of it, refused or not', async () => {
    const named = async (headers: Record<string, string>, resource = '/v1/images') =>
      (await ask(resource, headers)).usageIdentifierKey;
    expect(await named({ 'x-api-key': 'good' })).toBe(IDENTIFIER);
    expect(await named({ 'x-api-key': 'good', authorization: 'Bearer x' })).toBe(IDENTIFIER);
    expect(await named({ 'x-api-key': 'tenant_suspended!' })).toBe(IDENTIFIER);
    expect(await named({ authorization: 'good' })).toBe(IDENTIFIER);
    expect(await named({ authorization: 'unauthenticated!' })).toBe(IDENTIFIER);
    expect(await named({ authorization: 'token_expired' })).toBe(SHARED);
    expect(await named({ 'x-api-key': 'dependency_unavailable' })).toBe(SHARED);
    expect(await named({ authorization: 'good' }, '/v1/admin/tenants')).toBe(SHARED);
    const { context } = await ask('/v1/images', { 'x-api-key': 'good' });
    expect(JSON.stringify(context)).not.toContain(IDENTIFIER);
  });

  it('denies invalid keys itself', async () => {
    expect(effectOf(await ask('/v1/images', { 'x-api-key': 'invalid_api_key' }))).toBe('Deny');
    expect(effectOf(await ask('/v1/images', { 'x-api-key': 'invalid_api_key!' }))).toBe('Deny');
  });

  it('passes other refusals on to the function, with the presumed caller', async () => {
    const headers = { 'x-api-key': 'tenant_suspended!' };
    const suspended = eventWith(await ask('/v1/images', headers));
    expect(() => callerOf(suspended)).toThrow(expect.objectContaining({ code: 'tenant_suspended' }));
    const { usageIdentifier, ...seen } = knownButRefused;
    expect(presumedCaller(suspended)).toEqual(seen);
    const expired = eventWith(await ask('/v1/admin/tenants', { authorization: 'token_expired' }));
    expect(() => callerOf(expired)).toThrow(expect.objectContaining({ code: 'token_expired' }));
    expect(presumedCaller(expired).kind).toBe('nobody');
  });

  it('gives identified callers the reason for a refused token', async () => {
    const revoked = eventWith(await ask('/v1/images', { 'x-api-key': 'unauthenticated!' }));
    expect(() => callerOf(revoked)).toThrow('because unauthenticated');
    await expect(ask('/v1/images', { 'x-api-key': 'unauthenticated' })).rejects.toThrow('Unauthorized');
  });

  it('allows no call if a dependency or its own code fails', async () => {
    const unknown = eventWith(await ask('/v1/images', { 'x-api-key': 'dependency_unavailable' }));
    expect(() => callerOf(unknown)).toThrow(
      expect.objectContaining({ code: 'dependency_unavailable', retryAfter: 3 }),
    );
    const broken = authorizerFunction({
      byKey: () => Promise.reject(new TypeError('an internal error')),
      byTenantToken: () => Promise.reject(new TypeError('an internal error')),
      byToken: () => Promise.reject(new TypeError('an internal error')),
      sharedUsageIdentifier: SHARED,
      audit: memoryAuditLog(),
    });
    const event = { resource: '/v1/images', headers: { 'x-api-key': 'good' }, methodArn: 'arn:call' };
    await expect(
      broken(event as unknown as APIGatewayRequestAuthorizerEvent, { functionName: 'f' } as Context),
    ).rejects.toThrow(TypeError);
  });

  it('passes a caller that functions of another version can read', async () => {
    const { context } = await ask('/v1/images', { 'x-api-key': 'good' });
    const changed = { ...context, limits: '{"searches":"many"}', settings: 'all' };
    const caller = callerOf({ requestContext: { authorizer: changed } } as unknown as APIGatewayProxyEvent);
    const { limits, settings, ...rest } = uploader;
    expect(caller).toEqual(rest);
  });
});

describe('a refusal by the authorizer', () => {
  it('is in the audit log with caller, action and origin', async () => {
    const { ask, entries } = service();
    await ask('/v1/images', {
      ...{ 'X-Api-Key': 'invalid_api_key!', 'User-Agent': 'curl', 'X-Correlation-Id': 'mine' },
    });
    expect(await entries()).toEqual([
      {
        audit_id: expect.stringMatching(/^aud_/),
        at: expect.any(String),
        tenant_id: 'acme',
        claimed_tenant_id: 'other',
        actor: { kind: 'key', subject: uploader.subject },
        action: 'listImages',
        target: 'other',
        outcome: 'refused',
        code: 'invalid_api_key',
        detail: 'because invalid_api_key',
        source_ip: '192.0.2.7',
        user_agent: 'curl',
        correlation_id: 'mine',
      },
    ]);
  });

  it('is in the audit log for unknown callers, with the tenant that they name, unindexed', async () => {
    const { ask, entries } = service();
    await expect(ask('/v1/admin/tenants/{tenant_id}', {})).rejects.toThrow('Unauthorized');
    expect(await entries()).toMatchObject([
      {
        actor: { kind: 'nobody' },
        code: 'unauthenticated',
        action: 'getTenant',
        claimed_tenant_id: 'other',
        correlation_id: 'request-1',
      },
    ]);
    expect((await entries())[0]).not.toHaveProperty('tenant_id');
  });

  it('has the action `unknown` if the call matches no operation', async () => {
    const { ask, entries } = service();
    await expect(ask('/v1/none', {})).rejects.toThrow('Unauthorized');
    expect(await entries()).toMatchObject([{ action: 'unknown' }]);
  });

  it('is not recorded if the function refuses the call', async () => {
    const { ask, entries } = service();
    await ask('/v1/images', { 'x-api-key': 'tenant_suspended!' });
    await ask('/v1/images', { 'x-api-key': 'good' });
    expect(await entries()).toEqual([]);
  });

  it('takes effect even if the audit log is unavailable', async () => {
    const { ask } = service({ ...memoryAuditLog(), append: () => Promise.reject(new Error('down')) });
    await expect(ask('/v1/images', {})).rejects.toThrow('Unauthorized');
    expect(effectOf(await ask('/v1/images', { 'x-api-key': 'invalid_api_key' }))).toBe('Deny');
  });
});
