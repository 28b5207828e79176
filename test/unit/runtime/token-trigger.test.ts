import type { Context, PreTokenGenerationV2TriggerEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { addedClaims } from '#shared/identity/added-claims.ts';
import { tokenTrigger } from '#shared/runtime/token-trigger.ts';

const EVENT: PreTokenGenerationV2TriggerEvent = {
  version: '2',
  triggerSource: 'TokenGeneration_HostedAuth',
  region: 'eu-central-1',
  userPoolId: 'eu-central-1_abc',
  userName: 'person-1',
  callerContext: { awsSdkVersion: '3', clientId: 'spa' },
  request: {
    userAttributes: { sub: 'person-1', email: 'ada@acme.example', name: 'Ada B', 'custom:tenant_id': 'acme' },
    groupConfiguration: { groupsToOverride: ['Uploader'] },
    scopes: ['openid', 'api/deeplens.search', 'api/deeplens.admin'],
  },
  response: { claimsAndScopeOverrideDetails: {} },
};

it('answers Cognito with the claims of both tokens, and the scopes that the access token loses', async () => {
  const trigger = tokenTrigger(addedClaims('api'));
  const { request, response } = await trigger(EVENT, {} as Context); // which the trigger does not read
  const claims = { role: 'Uploader', tenant_id: 'acme', name: 'Ada B', email: 'ada@acme.example' };
  expect(request).toEqual(EVENT.request);
  expect(response.claimsAndScopeOverrideDetails).toEqual({
    idTokenGeneration: { claimsToAddOrOverride: claims },
    accessTokenGeneration: {
      claimsToAddOrOverride: claims,
      scopesToSuppress: ['api/deeplens.storage', 'api/deeplens.metrics', 'api/deeplens.admin'],
    },
  });
});
