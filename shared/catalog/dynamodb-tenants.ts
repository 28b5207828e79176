import { z } from 'zod';
import type { TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import type { ApiKey, Tenant } from '#shared/domain/tenant.ts';
import { type Item, type Key, openTable, type TableOptions } from './dynamodb-table.ts';
import type { TenantCatalog } from './tenants.ts';

export const TenantsTableEnv = z.object({ TENANTS_TABLE: z.string().min(1) });

const partition = (tenant: TenantId): string => `TENANT#${tenant}`;
const profileKey = (tenant: TenantId): Key => ({ pk: partition(tenant), sk: 'PROFILE' });
const apiKeyKey = (tenant: TenantId, hash: string): Key => ({ pk: partition(tenant), sk: `KEY#${hash}` });

// The casts: nothing but this adapter writes these items.
function tenantOf({ pk, sk, ...tenant }: Item): Tenant {
  return tenant as unknown as Tenant;
}
function apiKeyOf({ pk, sk, key_hash, ...key }: Item): ApiKey {
  return key as unknown as ApiKey;
}

/** Tenants and keys in DynamoDB. */
export function dynamoTenants(options: TableOptions): TenantCatalog {
  const table = openTable(options);

  async function get(tenant: TenantId): Promise<Tenant | undefined> {
    const item = await table.get(profileKey(tenant));
    return item && tenantOf(item);
  }

  async function listKeys(tenant: TenantId): Promise<ApiKey[]> {
    const keys: ApiKey[] = [];
    for await (const item of table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :key)',
      ExpressionAttributeValues: { ':pk': partition(tenant), ':key': 'KEY#' },
    })) {
      keys.push(apiKeyOf(item));
    }
    return keys.sort((a, b) => (a.key_id < b.key_id ? -1 : 1));
  }

  return {
    get,
    listKeys,
    async reserve(tenant) {
      const reserved = await table.put(
        { ...profileKey(tenant.tenant_id), ...tenant },
        {
          ConditionExpression: 'attribute_not_exists(pk) OR #state = :creating',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':creating': 'creating' },
        },
      );
      if (!reserved) throw new Problem('conflict', `The tenant ${tenant.tenant_id} exists.`);
    },
    async activate(tenant, key) {
      const activated = await table.writeTogether([
        { Put: { Item: { ...apiKeyKey(tenant, key.hash), ...key, key_hash: key.hash } } },
        {
          Update: {
            Key: profileKey(tenant),
            UpdateExpression: 'SET #state = :active',
            ConditionExpression: '#state IN (:creating, :active)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':creating': 'creating', ':active': 'active' },
          },
        },
      ]);
      if (!activated) {
        throw new Problem('conflict', `The tenant ${tenant} is not there, or is suspended.`);
      }
    },
    async findKey(hash) {
      const found = table.query({
        IndexName: 'by_key_hash',
        KeyConditionExpression: 'key_hash = :hash',
        ExpressionAttributeValues: { ':hash': hash },
      });
      for await (const item of found) {
        const key = apiKeyOf(item);
        const tenant = await get(key.tenant_id);
        return tenant && { key, tenant };
      }
      return undefined;
    },
    async removeKey(tenant, keyId) {
      const key = (await listKeys(tenant)).find((each) => each.key_id === keyId);
      return key !== undefined && table.remove(apiKeyKey(tenant, key.hash));
    },
  };
}
