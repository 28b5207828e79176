import { z } from 'zod';
import { type KeyId, TENANT_ID_PATTERN, type TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import type { ApiKey, Tenant } from '#shared/domain/tenant.ts';
import { readPage } from './dynamodb-page.ts';
import { type Item, type Key, openTable, type TableOptions } from './dynamodb-table.ts';
import { setAndRemove } from './dynamodb-update.ts';
import type { TenantCatalog } from './tenants.ts';

export const TenantsTableEnv = z.object({ TENANTS_TABLE: z.string().min(1) });

/** The index `by_kind` holds the profiles of all tenants, by id. */
const PROFILE = 'TENANT';
const partition = (tenant: string): string => `TENANT#${tenant}`;
const profileKey = (tenant: string): Key => ({ pk: partition(tenant), sk: 'PROFILE' });
const apiKeyKey = (tenant: TenantId, key: KeyId): Key => ({ pk: partition(tenant), sk: `KEY#${key}` });

// The casts: nothing but this adapter writes these items.
function tenantOf({ pk, sk, gsi_kind, ...tenant }: Item): Tenant {
  return tenant as unknown as Tenant;
}
function apiKeyOf({ pk, sk, key_hash, ...key }: Item): ApiKey {
  return key as unknown as ApiKey;
}
const apiKeyItem = (key: ApiKey): Item & Key => ({
  ...apiKeyKey(key.tenant_id, key.key_id),
  ...key,
  key_hash: key.hash,
});

/** Tenants and keys in DynamoDB. */
export function dynamoTenants(options: TableOptions): TenantCatalog {
  const table = openTable(options);

  async function get(tenant: TenantId): Promise<Tenant | undefined> {
    const item = await table.get(profileKey(tenant));
    return item && tenantOf(item);
  }

  return {
    get,
    async list(query) {
      return readPage(
        table,
        {
          name: ['tenants'],
          query: {
            IndexName: 'by_kind',
            KeyConditionExpression: 'gsi_kind = :profile',
            ExpressionAttributeValues: { ':profile': PROFILE },
          },
          ascending: true,
          positionPattern: TENANT_ID_PATTERN,
          positionOf: ({ tenant_id }) => tenant_id,
          keyAt: (tenant_id) => ({ ...profileKey(tenant_id), gsi_kind: PROFILE, tenant_id }),
          entryOf: tenantOf,
        },
        query,
      );
    },
    async reserve(tenant) {
      const { tenant_id, name, plan } = tenant;
      const item = { ...profileKey(tenant_id), ...tenant, gsi_kind: PROFILE };
      if (await table.put(item, { ConditionExpression: 'attribute_not_exists(pk)' })) return tenant;
      const { item: there } = await table.update(
        profileKey(tenant_id),
        setAndRemove({ name, plan }, [], { attribute: 'state', oneOf: ['creating'] }),
      );
      if (!there) throw new Problem('dependency_unavailable', 'The tenant has just gone. Try again.');
      return tenantOf(there);
    },
    async activate(tenant, key) {
      const activated = await table.writeTogether([
        { Put: { Item: apiKeyItem(key) } },
        {
          Update: {
            Key: profileKey(tenant),
            ...setAndRemove({ state: 'active' }, [], { attribute: 'state', oneOf: ['creating', 'active'] }),
          },
        },
      ]);
      if (!activated) throw new Problem('conflict', `The tenant ${tenant} is not there, or is suspended.`);
    },
    async change(tenant, change) {
      const before = await get(tenant);
      if (!before) return undefined;
      const { item } = await table.update(
        profileKey(tenant),
        setAndRemove(change, [], { attribute: 'tenant_id', oneOf: [tenant] }),
      );
      return item && { before, after: tenantOf(item) };
    },
    async findKey(hash) {
      const found = table.query({
        IndexName: 'by_key_hash',
        KeyConditionExpression: 'key_hash = :hash',
        ExpressionAttributeValues: { ':hash': hash },
      });
      for await (const item of found) {
        const { tenant_id, key_id } = apiKeyOf(item);
        // An index is a moment behind; a key that was revoked is refused at once.
        const [key, tenant] = await Promise.all([table.get(apiKeyKey(tenant_id, key_id)), get(tenant_id)]);
        return key && tenant && { key: apiKeyOf(key), tenant };
      }
      return undefined;
    },
    async listKeys(tenant) {
      const keys: ApiKey[] = [];
      for await (const item of table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :key)',
        ExpressionAttributeValues: { ':pk': partition(tenant), ':key': 'KEY#' },
      })) {
        keys.push(apiKeyOf(item));
      }
      return keys;
    },
    async addKey(tenant, key) {
      const added = await table.writeTogether([
        { Put: { Item: apiKeyItem(key), ConditionExpression: 'attribute_not_exists(pk)' } },
        {
          ConditionCheck: {
            Key: profileKey(tenant),
            ConditionExpression: '#state = :active',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':active': 'active' },
          },
        },
      ]);
      if (!added) throw new Problem('conflict', `The tenant ${tenant} is not active.`);
    },
    async changeKey(tenant, keyId, change) {
      const { held, item } = await table.update(
        apiKeyKey(tenant, keyId),
        setAndRemove({ ...change }, [], { attribute: 'key_id', oneOf: [keyId] }),
      );
      return held && item ? apiKeyOf(item) : undefined;
    },
  };
}
