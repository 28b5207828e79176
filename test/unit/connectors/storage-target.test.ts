import { expect, it } from 'vitest';
import { Credentials } from '#shared/connectors/credentials.ts';
import { StorageTarget } from '#shared/connectors/storage-target.ts';
import { newStorageId, storageId } from '#shared/kernel/ids.ts';
import { STORAGE_TYPES } from '#shared/kernel/vocabulary.ts';
import { storageLocation } from '../../fixtures/storage-location.ts';

it('there is a target of each type of storage', () => {
  expect(StorageTarget.options.map(({ shape }) => shape.type.value)).toEqual(STORAGE_TYPES);
});

it('a location is stored with its target', () => {
  const config = { endpoint: 'https://objects.example.com', bucket: 'photographs' };
  expect(storageLocation({ type: 'minio', config })).toMatchObject({ type: 'minio', config });
});

it('the id of a location is checked', () => {
  const id = newStorageId();
  expect(storageId(id)).toBe(id);
  expect(() => storageId('st_1')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

it('the kinds of credentials are told from one another', () => {
  const keys = { access_key_id: 'a', secret_access_key: 's' };
  for (const credentials of [
    keys,
    { ...keys, session_token: 't' },
    { sas_token: 'sv=1' },
    { tenant_id: 't', client_id: 'c', client_secret: 's' },
    { service_account: { client_email: 'a@b' } },
    { hmac: keys },
  ])
    expect(Credentials.parse(credentials)).toEqual(credentials);
  expect(Credentials.safeParse({ access_key_id: 'a' }).success).toBe(false);
});
