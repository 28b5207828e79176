import { expect, it } from 'vitest';
import { addedClaims } from '#shared/identity/added-claims.ts';

const add = addedClaims('api');

it('adds the role and the profile to a person’s tokens', () => {
  const { claims } = add({
    attributes: {
      email: 'a@b.example',
      name: 'Ada B',
      email_verified: 'true',
      'custom:tenant_id': 'acme',
      'custom:organization': 'Acme',
      'custom:storage_quota': '5',
      'custom:role': 'SystemAdmin',
    },
    groups: ['Viewer', 'Uploader', 'friends'],
  });
  expect(claims).toEqual({
    role: 'Uploader',
    tenant_id: 'acme',
    organization: 'Acme',
    storage_quota: '5',
    name: 'Ada B',
    email: 'a@b.example',
  });
});

it('removes exactly the scopes that the role lacks', () => {
  const { surplusScopes } = add({ attributes: {}, groups: ['Uploader'] });
  expect(surplusScopes).toEqual(['api/deeplens.storage', 'api/deeplens.metrics', 'api/deeplens.admin']);
  expect(add({ attributes: {}, groups: ['Admin'] }).surplusScopes).toEqual([]);
});

it('removes all scopes of a person without a role', () => {
  const { claims, surplusScopes } = add({ attributes: { 'custom:tenant_id': 'acme' }, groups: [] });
  expect(claims).toEqual({ tenant_id: 'acme' });
  expect(surplusScopes).toHaveLength(5);
});
