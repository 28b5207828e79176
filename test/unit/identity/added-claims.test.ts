import { expect, it } from 'vitest';
import { addedClaims } from '#shared/identity/added-claims.ts';

const add = addedClaims('api');

it('adds the role and the profile to a person’s tokens', () => {
  const { claims } = add({
    attributes: {
      email: 'a@b.example',
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
  });
});

it('drops the scopes that go beyond the role, and no other’s', () => {
  const { surplusScopes } = add({ attributes: {}, groups: ['Uploader'] });
  expect(surplusScopes).toEqual(['api/deeplens.storage', 'api/deeplens.metrics', 'api/deeplens.admin']);
  expect(add({ attributes: {}, groups: ['Admin'] }).surplusScopes).toEqual([]);
});

it('leaves nothing to one without a role', () => {
  const { claims, surplusScopes } = add({ attributes: { 'custom:tenant_id': 'acme' }, groups: [] });
  expect(claims).toEqual({ tenant_id: 'acme' });
  expect(surplusScopes).toHaveLength(5);
});
