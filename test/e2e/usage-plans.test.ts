import {
  APIGatewayClient,
  GetUsagePlansCommand,
  paginateGetApiKeys,
  paginateGetUsagePlanKeys,
} from '@aws-sdk/client-api-gateway';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { changeTenant, deleteTenant, putLimits } from '#shared/contracts/http/tenants.ts';
import { hashApiKey } from '#shared/tenants/new-api-key.ts';
import { expired, readIssuer, tokenOf } from '../fixtures/issuer.ts';
import { type Client, call, eventually, newTenant, secretIn } from './client.ts';
import { readStack } from './stack.ts';

const Answer = z.object({
  usageIdentifierKey: z.string(),
  policyDocument: z.object({ Statement: z.tuple([z.object({ Effect: z.string() })]) }),
});

/** Asks the deployed authorizer, as API Gateway does: the emulator ignores this part of the answer. */
async function authorize(headers: Record<string, string>) {
  const authorizer = '/2015-03-31/functions/deeplens-local-authorize-request/invocations';
  const reply = await fetch(`${readStack().emulator_url}${authorizer}`, {
    method: 'POST',
    body: JSON.stringify({
      ...{ type: 'REQUEST', methodArn: 'arn:aws:execute-api:us-east-1:0:api/api/GET/v1/images' },
      ...{ resource: '/v1/images', path: '/v1/images', httpMethod: 'GET', headers },
      requestContext: { requestId: 'r', identity: { sourceIp: '192.0.2.1' } },
    }),
  });
  const { usageIdentifierKey, policyDocument } = Answer.parse(await reply.json());
  return { identifier: usageIdentifierKey, effect: policyDocument.Statement[0].Effect };
}

/** Returns the values of all keys in API Gateway, and the usage plans of each. */
async function gateway() {
  const client = new APIGatewayClient({
    ...{ endpoint: readStack().emulator_url, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const values = new Map<string | undefined, string>();
  for await (const { items = [] } of paginateGetApiKeys({ client }, { includeValues: true }))
    for (const { id, value = '' } of items) values.set(id, value);
  const plans = new Map([...values.values()].map((value) => [value, [] as string[]]));
  for (const { id: usagePlanId, name = '' } of (await client.send(new GetUsagePlansCommand({}))).items ?? [])
    for await (const { items = [] } of paginateGetUsagePlanKeys({ client }, { usagePlanId }))
      for (const { id } of items) plans.get(values.get(id) ?? '')?.push(name);
  return plans;
}

const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });

describe('a tenant in API Gateway', () => {
  let client: Client;
  let identifier: string;
  beforeAll(async () => {
    client = await newTenant('planned', 'free');
    ({ identifier } = await authorize({ 'x-api-key': client.key }));
  });
  const params = () => ({ tenant_id: client.tenant });

  it('is a key that the authorizer names, in the plan of its limits', async () => {
    expect((await gateway()).get(identifier)).toEqual(['deeplens-local-free']);
    await call(changeTenant, { params: params(), body: { plan: 'pro' }, headers: operator() });
    expect((await gateway()).get(identifier)).toEqual(['deeplens-local-pro']);
    await call(putLimits, { params: params(), body: { requests: 5_001 }, headers: operator() });
    expect((await gateway()).get(identifier)).toEqual(['deeplens-local-enterprise']);
    await call(putLimits, { params: params(), body: {}, headers: operator() });
    expect((await gateway()).get(identifier)).toEqual(['deeplens-local-pro']);
    const claims = { tenant_id: client.tenant, role: 'Viewer' };
    const authorization = `Bearer ${tokenOf(readIssuer(), { claims })}`;
    for (const headers of [{ 'x-api-key': client.key }, { authorization }])
      expect(await authorize(headers)).toEqual({ identifier, effect: 'Allow' });
  });

  it('stays the same key when its own keys are made, rotated and revoked, and none of them is there', async () => {
    const before = await gateway();
    const made = await client.call(ownKeys.create, { body: { name: 'a', scopes: ['deeplens.search'] } });
    const rotate = { params: { key_id: made.body.key_id }, body: { overlap_seconds: 60 } };
    const rotated = await client.call(ownKeys.rotate, rotate);
    const secrets = [client.key, secretIn(made), secretIn(rotated)];
    for (const key of secrets)
      expect(await authorize({ 'x-api-key': key })).toEqual({ identifier, effect: 'Allow' });
    await client.call(ownKeys.revoke, { params: { key_id: rotated.body.key_id } });
    const after = await gateway();
    expect(after).toEqual(before);
    const values = JSON.stringify([...after]);
    for (const key of secrets)
      for (const text of [key, key.split('_').at(-1) ?? '', hashApiKey(key)])
        expect(values).not.toContain(text);
  });

  it('is not in its plan’s way when it is suspended: the function says why', async () => {
    await call(changeTenant, { params: params(), body: { state: 'suspended' }, headers: operator() });
    expect(await authorize({ 'x-api-key': client.key })).toEqual({ identifier, effect: 'Allow' });
    expect((await gateway()).get(identifier)).toEqual(['deeplens-local-pro']);
    await call(changeTenant, { params: params(), body: { state: 'active' }, headers: operator() });
  });

  it('is gone after the tenant', async () => {
    await call(deleteTenant, { params: params(), headers: operator() });
    await eventually(gateway, (keys) => !keys.has(identifier));
  });
});

it('calls of no tenant, which the function refuses, are a key in a plan of their own', async () => {
  const claims = { ...expired(), tenant_id: 'no-tenant' };
  const authorization = `Bearer ${tokenOf(readIssuer(), { claims })}`;
  const identifier = 'deeplens-local-shared-usage';
  expect(await authorize({ authorization })).toEqual({ identifier, effect: 'Allow' });
  expect((await gateway()).get(identifier)).toEqual(['deeplens-local-shared']);
});
