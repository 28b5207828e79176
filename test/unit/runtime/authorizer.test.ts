import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayRequestAuthorizerEvent,
  Context,
} from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { memoryAudit } from '#shared/catalog/memory-audit.ts';
import { tenantId } from '#shared/domain/ids.ts';
import { Problem, type ProblemCode } from '#shared/domain/problems.ts';
import type { Caller } from '#shared/domain/tenant.ts';
import { authorizerFunction } from '#shared/runtime/authorizer.ts';
import { callerOf } from '#shared/runtime/caller.ts';

const uploader: Caller = {
  kind: 'key',
  limits: { uploads: 3 },
  tenant: tenantId('acme'),
  plan: 'pro',
  scopes: ['deeplens.upload'],
  subject: 'key_1',
};
const operator: Caller = { kind: 'operator', scopes: ['deeplens.admin'], role: 'SystemAdmin', subject: 'op' };
const refuse = (code: ProblemCode) => Promise.reject(new Problem(code, `because ${code}`));

const audit = memoryAudit();
const authorizer = authorizerFunction({
  audit,
  byKey: (key) => (key === 'good' ? Promise.resolve(uploader) : refuse(key as ProblemCode)),
  byToken: (token) => (token === 'Bearer good' ? Promise.resolve(operator) : refuse('token_expired')),
});
const ask = (resource: string, headers: Record<string, string>): Promise<APIGatewayAuthorizerResult> =>
  authorizer(
    {
      resource,
      httpMethod: 'GET',
      headers,
      methodArn: 'arn:call',
      requestContext: { requestId: 'r', identity: { sourceIp: '192.0.2.7' } },
    } as unknown as APIGatewayRequestAuthorizerEvent, // what it reads
    { functionName: 'f', awsRequestId: 'r' } as Context,
  );
const effectOf = ({ policyDocument }: APIGatewayAuthorizerResult) => policyDocument.Statement[0]?.Effect;
const handOn = ({ context }: APIGatewayAuthorizerResult) =>
  callerOf({ requestContext: { authorizer: context } } as unknown as APIGatewayProxyEvent);

describe('the authorizer', () => {
  it('hands the caller on as the function then reads it', async () => {
    const byKey = await ask('/v1/images', { 'X-Api-Key': 'good' });
    expect([effectOf(byKey), handOn(byKey)]).toEqual(['Allow', uploader]);
    const byToken = await ask('/v1/admin/tenants', { authorization: 'Bearer good' });
    expect([effectOf(byToken), handOn(byToken)]).toEqual(['Allow', operator]);
  });

  it('takes no key for the operator’s plane, and no token for a tenant’s', async () => {
    await expect(ask('/v1/admin/tenants', { 'x-api-key': 'good' })).rejects.toThrow('Unauthorized');
    await expect(ask('/v1/images', { authorization: 'Bearer good' })).rejects.toThrow('Unauthorized');
  });

  it('denies an unknown key itself', async () => {
    expect(effectOf(await ask('/v1/images', { 'x-api-key': 'invalid_api_key' }))).toBe('Deny');
    const { items } = await audit.list({ action: 'GET /v1/images', limit: 1 });
    expect(items).toMatchObject([
      {
        actor: { kind: 'nobody', subject: 'nobody' },
        outcome: 'refused',
        code: 'invalid_api_key',
        source_ip: '192.0.2.7',
        correlation_id: 'r',
      },
    ]);
  });

  it('leaves a finer refusal to the function, which throws it', async () => {
    const suspended = await ask('/v1/images', { 'x-api-key': 'tenant_suspended' });
    expect(() => handOn(suspended)).toThrow(expect.objectContaining({ code: 'tenant_suspended' }));
    const expired = await ask('/v1/admin/tenants', { authorization: 'Bearer old' });
    expect(() => handOn(expired)).toThrow(expect.objectContaining({ code: 'token_expired' }));
  });

  it('fails where it cannot know, instead of letting anybody in', async () => {
    await expect(ask('/v1/images', { 'x-api-key': 'dependency_unavailable' })).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });
});
